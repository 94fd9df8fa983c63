"""Evolution strategies: Salimans et al. 2017 (arXiv:1703.03864), Algorithm 2 with antithetic pairs, centred ranks and weight decay
(section 2.1), through Adam as in the paper's code. Equal returns share the mean of their ranks (docs/algorithms/es.md).
"""

import math

import numpy as np
import torch
from nets import Adam, Draws, Weights, body, dense, plays, t, write

E, WIDTH, UNITS, LAYERS, C, SIZES = 2, 3, 4, 1, 1, (3,)
PAIRS, SIGMA, RATE, DECAY, STRENGTH, EPISODES, GENERATIONS = 3, 0.2, 0.05, 0.1, 0.5, 2, 3
MASK_32 = 2**32 - 1


class Xoshiro:
    """
    xoshiro128** 1.1 (Blackman and Vigna 2021), seeded by splitmix with the finaliser of MurmurHash3; normal numbers by Marsaglia's
    polar method. Noise of the paper's workers is known by its seed, so the same numbers must come of the same seed.
    """

    def __init__(self, seed):
        self.state, self.spare = [], None
        for _ in range(4):
            seed = (seed + 0x9E3779B9) & MASK_32
            z = ((seed ^ (seed >> 16)) * 0x85EBCA6B) & MASK_32
            z = ((z ^ (z >> 13)) * 0xC2B2AE35) & MASK_32
            self.state.append(z ^ (z >> 16))

    def word(self):
        rotated = lambda x, k: ((x << k) | (x >> (32 - k))) & MASK_32
        s = self.state
        result = (rotated((s[1] * 5) & MASK_32, 7) * 9) & MASK_32
        shifted = (s[1] << 9) & MASK_32
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = rotated(s[3], 11)
        return result

    def normal(self):
        if self.spare is not None:
            spare, self.spare = self.spare, None
            return spare
        while True:
            u, v = (2 * self.word() / 2**32 - 1 for _ in range(2))
            if 0 < (square := u * u + v * v) < 1:
                break
        factor = math.sqrt(-2 * math.log(square) / square)
        self.spare = v * factor
        return u * factor


def centred_ranks(returns):
    """In [-0.5, 0.5]: how many are less, and half of those that are equal."""
    returns = np.asarray(returns)
    less = (returns[None, :] < returns[:, None]).sum(1)
    equal = (returns[None, :] == returns[:, None]).sum(1) - 1
    return (less + equal / 2) / (len(returns) - 1) - 0.5


class Evolution:
    """Each environment evaluates one of the population at a time, and takes the next when that is done."""

    tied = False

    def __init__(self, weights):
        self.weights, self.values = weights, weights.of("policy")
        self.seeds = Xoshiro(1)
        self.adam = Adam(self.values, RATE)
        self.generation()
        self.task, self.earned, self.played = [None] * E, [[0.0] for _ in range(E)], [0] * E
        for e in range(E):
            self.next(e)

    def generation(self):
        self.noise = [self.noise_of(self.seeds.word()) for _ in range(PAIRS)]
        self.begun, self.fitness = 0, {}

    def noise_of(self, seed):
        random = Xoshiro(seed)
        return [t([random.normal() for _ in range(value.numel())]).reshape(value.shape) for value in self.values]

    def next(self, e):
        self.task[e] = self.begun if self.begun < 2 * PAIRS else None
        self.begun += self.task[e] is not None
        self.earned[e], self.played[e] = [0.0], 0

    def perturbed(self, task):
        """theta + sigma eps of the even ones, theta - sigma eps of the odd ones."""
        if task is None:
            return [value.detach() for value in self.values]
        sign = 1 if task % 2 == 0 else -1
        return [value.detach() + sign * SIGMA * noise for value, noise in zip(self.values, self.noise[task // 2], strict=True)]

    def observe(self, e, reward, over):
        self.earned[e][-1] += STRENGTH * reward
        self.played[e] += 1
        if not over:
            return
        if self.task[e] is not None and len(self.earned[e]) < EPISODES:
            self.earned[e].append(0.0)
            return
        if self.task[e] is not None:
            self.fitness[self.task[e]] = sum(self.earned[e]) / EPISODES
        self.next(e)

    def update(self):
        fitness = [self.fitness[task] for task in range(2 * PAIRS)]
        ranks = centred_ranks(fitness)
        # 1 / (n sigma) sum F eps, and what decays
        ascent = [torch.zeros_like(value) for value in self.values]
        for task in range(2 * PAIRS):
            sign = 1 if task % 2 == 0 else -1
            for total, noise in zip(ascent, self.noise[task // 2], strict=True):
                total += ranks[task] * sign * noise / (2 * PAIRS * SIGMA)
        gradients = [DECAY * value.detach() - up for value, up in zip(self.values, ascent, strict=True)]
        self.adam.step(gradients)
        norm = lambda parts: math.sqrt(sum(float((part.detach() ** 2).sum()) for part in parts))
        self.tied |= len(set(fitness)) < len(fitness)
        self.generation()
        # who is in the midst of an episode plays it to its end first
        for e in range(E):
            if self.task[e] is None and self.played[e] == 0:
                self.next(e)
        return {
            "es/fitness": float(np.mean(fitness)),
            "es/best_fitness": max(fitness),
            "es/gradient_norm": norm(gradients),
            "es/weight_norm": norm(self.values),
        }, gradients


def policy(weights, prefix, x):
    h = body(weights, prefix, "policy", x, UNITS, LAYERS)
    logits = dense(weights, prefix, "policy/out0", h, SIZES[0])
    h = body(weights, prefix, "policy/continuous", x, UNITS, LAYERS)
    mean = dense(weights, prefix, "policy/mean", h, C)
    dense(weights, prefix, "policy/log-std", h, C)  # part of what is perturbed; nobody draws by it
    return logits, mean


def decided(weights, values, x):
    """The likeliest branch and the mean, of one observation."""
    with torch.no_grad():
        for own, value in zip(weights.of("perturbed"), values, strict=True):
            own.copy_(value)
        logits, mean = policy(weights, "perturbed", t([x]))
    best = torch.sort(logits[0], descending=True).values
    assert best[0] - best[1] > 1e-4
    return torch.tanh(mean)[0].tolist(), [int(logits[0].argmax())]


def evolution():
    draws = Draws(31)
    ends, cuts = ({(at, e) for at in range(80) for e in range(E) if draws.below(k, 1)[0] == 0} for k in (2, 6))
    steps = plays(draws, 80, E, WIDTH, continuous=C, discrete=SIZES, ends=ends, cuts=cuts - ends)
    weights = Weights(draws)
    for prefix in ("policy", "perturbed"):
        policy(weights, prefix, t(draws.normal(1, WIDTH)))
    before = weights.written()
    learner, acted, found = Evolution(weights), [], []
    for at, step in enumerate(steps):
        step["rewards"] = [float(reward) for reward in draws.below(4, E)]
        both = [decided(weights, learner.perturbed(learner.task[e]), step["observations"][e]) for e in range(E)]
        acted.append({"continuous": [c for c, _ in both], "discrete": [d for _, d in both]})
        for e in range(E):
            learner.observe(e, step["rewards"][e], step["terminated"][e] or step["truncated"][e])
        if len(learner.fitness) < 2 * PAIRS:
            continue
        step["update"] = True
        metrics, gradients = learner.update()
        found.append((metrics, weights.name_gradients({"policy": gradients})))
        if len(found) == GENERATIONS:
            break
    assert learner.tied and len(found) == GENERATIONS
    write(
        "es",
        {
            "about": "Evolution strategies over three generations, two episodes an evaluation: 1703.03864, Algorithm 2.",
            "observations": [{"name": "state", "shape": [WIDTH]}],
            "action": {"continuous": C, "discrete": list(SIZES)},
            "numEnvs": E,
            "settings": {
                "trainer_type": "es",
                "hyperparameters": {
                    "population": 2 * PAIRS,
                    "noise_std": SIGMA,
                    "learning_rate": RATE,
                    "weight_decay": DECAY,
                    "episodes_per_evaluation": EPISODES,
                },
                "network_settings": {"hidden_units": UNITS, "num_layers": LAYERS},
                "reward_signals": {"extrinsic": {"strength": STRENGTH}},
            },
            "once": {},
            "weights": before,
            "steps": steps[: at + 1],
            "draws": {},
            "expected": {
                "metrics": found[0][0],
                "gradients": found[0][1],
                "weights": {"policy": weights.written()["policy"]},
                "acted": acted,
            },
        },
    )


CASES = [evolution]
