"""Networks, weights and Adam as the papers have them, in 64 bits: what every module of golden values is built from.

Weights are named as docs/algorithms names the layers: ``<network>/hidden<i>/weight`` [in, out] and ``/bias`` [1, out],
``<network>/out.../weight``. Layer normalisation has no gain and no shift (epsilon 1e-5).
"""

import json
import math
from pathlib import Path

import numpy as np
import torch

torch.set_default_dtype(torch.float64)

FIXTURES = Path(__file__).parent / "fixtures"


def t(values):
    return torch.as_tensor(np.asarray(values, dtype=np.float64))


class Draws:
    """Numbers that are written into the fixture and computed with, rounded to what it can hold."""

    def __init__(self, seed):
        self.generator = np.random.default_rng(seed)

    def normal(self, *shape, scale=1.0):
        return np.float32(self.generator.normal(0, scale, shape)).astype(np.float64)

    def below(self, n, count):
        return [int(i) for i in self.generator.integers(0, n, count)]

    def mask(self, rows, sizes):
        """1 = allowed; every branch has something that is allowed."""
        columns = []
        for size in sizes:
            part = (self.generator.random((rows, size)) < 0.7).astype(int)
            part[np.arange(rows), self.generator.integers(0, size, rows)] = 1
            columns.append(part)
        return np.concatenate(columns, axis=1)


class Weights:
    """Sets of named weights: ``weights["policy"]["policy/hidden0/weight"]``. Declared by first use, as in the learner."""

    def __init__(self, draws):
        self.draws = draws
        self.sets = {}

    def use(self, prefix, name, shape, scale=0.5):
        known = self.sets.setdefault(prefix, {})
        if name not in known:
            known[name] = t(self.draws.normal(*shape, scale=scale)).requires_grad_()
        assert tuple(known[name].shape) == tuple(shape), (prefix, name, known[name].shape, shape)
        return known[name]

    def of(self, prefix):
        return list(self.sets[prefix].values())

    def written(self):
        return {
            prefix: {
                name: {"shape": list(value.shape), "values": numbers(value)}
                for name, value in known.items()
            }
            for prefix, known in self.sets.items()
        }

    def gradients(self, losses):
        """``losses`` prefix -> loss. Those that a loss does not depend on are zero."""
        found = {}
        for prefix, loss in losses.items():
            values = self.of(prefix)
            parts = torch.autograd.grad(loss, values, retain_graph=True, allow_unused=True)
            found[prefix] = [
                torch.zeros_like(value) if part is None else part
                for value, part in zip(values, parts, strict=True)
            ]
        return found

    def name_gradients(self, gradients):
        return {
            prefix: {
                name: {"shape": list(part.shape), "values": numbers(part)}
                for name, part in zip(self.sets[prefix], parts, strict=True)
            }
            for prefix, parts in gradients.items()
        }


def numbers(value):
    return [float(f"{x:.9g}") for x in value.detach().reshape(-1).tolist()]


def dense(weights, prefix, name, x, units, bias=True):
    product = x @ weights.use(prefix, f"{name}/weight", (x.shape[1], units))
    return product + weights.use(prefix, f"{name}/bias", (1, units), 0.1) if bias else product


def layer_norm(x):
    centred = x - x.mean(1, keepdim=True)
    return centred / torch.sqrt((centred**2).mean(1, keepdim=True) + 1e-5)


def body(weights, prefix, name, x, units, layers, norm=False, activation=torch.relu):
    h = x
    for layer in range(layers):
        h = dense(weights, prefix, f"{name}/hidden{layer}", h, units)
        h = activation(layer_norm(h) if norm else h)
    return h


class Adam:
    """Kingma and Ba 2015, Algorithm 1; with ``decay`` as AdamW (Loshchilov and Hutter 2019, Algorithm 2)."""

    def __init__(self, values, rate, beta1=0.9, beta2=0.999, epsilon=1e-8, decay=0.0):
        self.values, self.rate, self.epsilon, self.decay = values, rate, epsilon, decay
        self.betas = beta1, beta2
        self.m = [torch.zeros_like(value) for value in values]
        self.v = [torch.zeros_like(value) for value in values]
        self.t = 0

    def step(self, gradients):
        self.t += 1
        b1, b2 = self.betas
        for value, gradient, m, v in zip(self.values, gradients, self.m, self.v, strict=True):
            m.mul_(b1).add_(gradient * (1 - b1))
            v.mul_(b2).add_(gradient**2 * (1 - b2))
            m_hat, v_hat = m / (1 - b1**self.t), v / (1 - b2**self.t)
            with torch.no_grad():
                value.mul_(1 - self.rate * self.decay)
                value.sub_(self.rate * m_hat / (torch.sqrt(v_hat) + self.epsilon))


def clip_norm(gradients, most):
    norm = math.sqrt(sum(float((g**2).sum()) for g in gradients))
    return [g * min(1.0, most / norm) for g in gradients]


def gaussian_log_prob(x, mean, log_std):
    z = (x - mean) / torch.exp(log_std)
    return (-0.5 * z**2 - log_std - 0.5 * math.log(2 * math.pi)).sum(1)


def log_softmax(logits, mask=None):
    if mask is not None:
        logits = torch.where(mask == 1, logits, torch.full_like(logits, -1e8))
    return torch.log_softmax(logits, 1)


def plays(draws, length, count, width, *, discrete=(), continuous=0, masked=False, ends=(), cuts=()):
    """Steps of ``count`` environments that go on from step to step; ``ends`` and ``cuts`` are pairs (step, environment)."""
    now = draws.normal(count, width)
    steps = []
    for at in range(length):
        after = draws.normal(count, width)
        step = {
            "observations": now.tolist(),
            "rewards": draws.normal(count).tolist(),
            "nextObservations": after.tolist(),
            "terminated": [int((at, e) in ends) for e in range(count)],
            "truncated": [int((at, e) in cuts) for e in range(count)],
        }
        if continuous > 0:
            step["continuous"] = np.float32(np.tanh(draws.normal(count, continuous))).tolist()
        masks = draws.mask(count, discrete) if masked else None
        if masks is not None:
            step["masks"] = masks.tolist()
        if discrete:
            step["discrete"] = [choose(draws, discrete, None if masks is None else masks[e]) for e in range(count)]
        steps.append(step)
        begun = draws.normal(count, width)
        over = np.array(step["terminated"]) + np.array(step["truncated"]) > 0
        now = np.where(over[:, None], begun, after)
    return steps


def choose(draws, sizes, mask):
    row, offset = [], 0
    for size in sizes:
        allowed = [i for i in range(size) if mask is None or mask[offset + i] == 1]
        row.append(allowed[draws.below(len(allowed), 1)[0]])
        offset += size
    return row


def write(name, case):
    file = FIXTURES / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(case, separators=(",", ":"))
    file.write_text(text + "\n", encoding="utf-8")
    print(f"{name}: {len(text) // 1024} KB")
