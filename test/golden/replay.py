"""What off-policy learners are shown and what they draw: transitions, windows of them, and draws that are written down as made."""

import math

import numpy as np
import torch
from nets import Draws, body, dense, layer_norm, t

# Adam's first step is as long as its rate: one of 0.01 would take some weights of three digits to 0, where only rounding is left
RATE = 0.0125


class ShortDraws(Draws):
    """Numbers of few digits, so that fixtures of many are small."""

    def normal(self, *shape, scale=1.0):
        return np.round(self.generator.normal(0, scale, shape), 3)


class Script:
    """What a learner draws while it updates, in the order in which it does."""

    def __init__(self, seed):
        self.draws = ShortDraws(seed)
        self.record = {"below": [], "normal": [], "uniform": []}

    def below(self, n, count):
        return self._keep("below", self.draws.below(n, count))

    def normal(self, *shape):
        values = self.draws.normal(*shape)
        self._keep("normal", values.reshape(-1).tolist())
        return t(values)

    def uniform(self, count):
        return self._keep("uniform", np.round(self.draws.generator.uniform(0.01, 0.99, count), 3).tolist())

    def _keep(self, kind, values):
        self.record[kind] += values
        return values


class Groups:
    """Branches that are chosen together: all of them up to 256 combinations, else each on its own."""

    def __init__(self, sizes):
        self.offsets = np.cumsum([0, *sizes])
        together = math.prod(sizes) <= 256
        self.branches = [list(range(len(sizes)))] if together else [[b] for b in range(len(sizes))]
        self.branches = self.branches if sizes else []
        self.sizes = [math.prod(sizes[b] for b in group) for group in self.branches]
        self.branch_sizes = sizes

    def one_hots(self, actions):
        """[B, D] -> per group [B, size]; the first branch is the highest digit."""
        found = []
        for group, size in zip(self.branches, self.sizes, strict=True):
            index = np.ravel_multi_index([actions[:, b] for b in group], [self.branch_sizes[b] for b in group])
            found.append(t(np.eye(size)[index]))
        return found

    def masks(self, masks):
        """[B, sum of branches] -> per group [B, size]: what all branches of a choice allow."""
        found = []
        for group in self.branches:
            joint = np.ones((len(masks), 1))
            for b in group:
                part = masks[:, self.offsets[b] : self.offsets[b + 1]]
                joint = (joint[:, :, None] * part[:, None, :]).reshape(len(masks), -1)
            found.append(t(joint))
        return found


class Rows:
    """Transitions in the order in which they are stored, each with the one that goes on from it."""

    def __init__(self, steps, groups):
        """``steps`` are those of a fixture; demonstrations are steps of one environment."""
        self.groups = groups
        count, width = len(steps[0]["rewards"]), int(groups.offsets[-1])
        free = np.ones(width)
        self.rows, self.following = [], []
        for at, step in enumerate(steps):
            for e in range(count):
                over = step["terminated"][e] or step["truncated"][e] or at + 1 == len(steps)
                self.following.append(None if over else (at + 1) * count + e)
                # where an episode ends nothing is known of what is allowed after it
                allowed = free if over or "masks" not in step else steps[at + 1]["masks"][e]
                self.rows.append({key: step[key][e] for key in step if key != "masks"} | {"allowed": allowed})

    def __len__(self):
        return len(self.rows)

    def windows(self, first, n):
        """Ids [n B], step by step, the last of a short window repeated, and lengths [B]: ``n`` steps, fewer where one ends."""
        columns, lengths = [], []
        for row in first:
            column = [row]
            while len(column) < n and self.following[column[-1]] is not None:
                column.append(self.following[column[-1]])
            lengths.append(len(column))
            columns.append(column + column[-1:] * (n - len(column)))
        return [column[step] for step in range(n) for column in columns], lengths

    def batch(self, ids):
        column = lambda key: np.array([self.rows[i][key] for i in ids], dtype=float)
        continuous = "continuous" in self.rows[0]
        return {
            "x": t(column("observations")),
            "x_next": t(column("nextObservations")),
            "reward": t(column("rewards")),
            "ended": t(column("terminated")),
            "choices": self.groups.one_hots(column("discrete").astype(int)) if self.groups.sizes else [],
            "continuous": t(column("continuous")) if continuous else None,
            "allowed": self.groups.masks(column("allowed")) if self.groups.sizes else [],
        }


def join(one, other):
    """The rows of two batches, one behind the other."""

    def both(a, b):
        if isinstance(a, list):
            return [both(x, y) for x, y in zip(a, b, strict=True)]
        return None if a is None else torch.cat([a, b])

    return {key: both(one[key], other[key]) for key in one}


class Extrinsic:
    name, weight_set = "extrinsic", None

    def __init__(self, gamma, strength=1.0):
        self.gamma, self.strength = gamma, strength
        self.settings = {"gamma": gamma, "strength": strength}

    def declare(self, batch):
        pass

    def strength_at(self, steps):
        return self.strength

    def reward(self, batch):
        return batch["reward"]

    def absorbing(self):
        return None

    def update(self, sample):
        return {}


def paid(signals, gammas, batch, steps, counts=None):
    """The rewards of a batch by discount, weighted, and what each signal pays on average. A true end goes on in an absorbing state
    for ever where a signal has one: gamma r + gamma^2 r + ... = gamma / (1 - gamma) r (DAC, 1809.02925, section 4.2).
    ``counts`` has 0 where a row only fills up a window."""
    mean = lambda r: (r.mean() if counts is None else (r * counts).sum() / counts.sum()).item()
    rewards, metrics = [torch.zeros_like(batch["reward"]) for _ in gammas], {}
    with torch.no_grad():
        for signal in signals:
            r = signal.reward(batch)
            if signal.absorbing() is not None:
                r = r + batch["ended"] * signal.gamma / (1 - signal.gamma) * signal.absorbing()
            r = signal.strength_at(steps) * r
            metrics[f"{signal.name}/reward"] = mean(r)
            k = gammas.index(signal.gamma)
            rewards[k] = rewards[k] + r
        metrics["critic/reward"] = mean(sum(rewards))
    return rewards, metrics


def per_action(weights, prefix, name, x, groups, net, *, heads=1, norm=False):
    """A number per joint action, per group and head. With ``net["rows"]`` (offset, K, F) K rows of what is seen share a small
    network, as docs/algorithms/sac.md says of aligned branches."""
    if "rows" in net:
        h, per_row = shared_rows(weights, prefix, name, x, net, norm), groups.sizes[0] // net["rows"][1]
        out = lambda group, label, size: dense(weights, prefix, label, h, per_row).reshape(len(x), size)
    else:
        h = body(weights, prefix, name, x, net["units"], net["layers"], norm)
        out = lambda group, label, size: dense(weights, prefix, label, h, size)
    label = lambda g, k: f"{name}/out{g}" + (f"-{k}" if heads > 1 else "")
    return [[out(g, label(g, k), size) for k in range(heads)] for g, size in enumerate(groups.sizes)]


def shared_rows(weights, prefix, name, x, net, norm):
    """[B, O] -> [B K, U]: h_k = relu(row_k R + context), context = rest of x + relu(x V) W, and a layer more."""
    offset, count, features = net["rows"]
    units, maybe = net["head_units"], layer_norm if norm else (lambda h: h)
    part = slice(offset, offset + count * features)
    rest = torch.cat([x[:, :offset], x[:, part.stop :]], 1)
    everything = torch.relu(dense(weights, prefix, f"{name}/context", x, net["units"]))
    context = dense(weights, prefix, f"{name}/context-out", everything, units)
    if rest.shape[1] > 0:
        context = context + dense(weights, prefix, f"{name}/rest", rest, units, bias=False)
    rows = dense(weights, prefix, f"{name}/row", x[:, part].reshape(-1, features), units, bias=False)
    h = torch.relu(maybe(rows + context.repeat_interleave(count, 0)))
    return torch.relu(maybe(dense(weights, prefix, f"{name}/row2", h, units)))


def only_environment(steps):
    """Steps of one environment as columns, which is how demonstrations are written."""
    return {key: [step[key][0] for step in steps] for key in steps[0]}


def choose(case, options):
    """Replaces what the class of a case says by default."""
    unknown = [key for key in options if not hasattr(type(case), key)]
    assert not unknown, unknown
    vars(case).update(options)


def short(sets, digit):
    """Written weights or gradients with as many digits as their comparison needs."""
    return {
        prefix: {name: weight | {"values": [digit(x) for x in weight["values"]]} for name, weight in known.items()}
        for prefix, known in sets.items()
    }


def six_digits(x):
    return float(f"{x:.6g}")


def eight_places(x):
    return round(x, 8)


def means(records):
    """Metrics are means over those updates since they were last asked for that gave one."""
    keys = dict.fromkeys(key for record in records for key in record)
    given = {key: [record[key] for record in records if key in record] for key in keys}
    return {key: sum(values) / len(values) for key, values in given.items()}
