"""Soft actor-critic in parts, of which sac_*.py put its cases together: Haarnoja et al. 2018b (arXiv:1812.05905), for discrete
actions Christodoulou 2019 (arXiv:1910.07207), with the differences that docs/algorithms/sac.md lists.

There is a value per discount ("head") and, for discrete actions, a distribution per group of branches. What is a mean over a
batch in the papers is returned row by row, [B], so that a case can say which rows count.
"""

import itertools
import math

import torch
from nets import Adam, body, dense, gaussian_log_prob, log_softmax, numbers, t, write

UNITS, LAYERS, TAU, RATE, ALPHA_RATE, ALPHA = 5, 2, 0.1, 0.01, 0.02, 0.5
LEAST_GRADIENT = 1e-7


class Gaussian:
    """Continuous actions: a Gaussian squashed by tanh (1801.01290, appendix C)."""

    def __init__(self, weights, size, heads=1):
        self.weights, self.size, self.heads = weights, size, heads
        self.scales = [-size]

    def features(self, prefix, name, x, norm=False):
        name = name if prefix != "policy" else "policy/continuous"
        return body(self.weights, prefix, name, x, UNITS, LAYERS, norm)

    def with_action(self, prefix, which, x, action):
        return self.features(prefix, f"q{which}", torch.cat([x, action], 1), norm=True)

    def policy(self, x):
        h = self.features("policy", "policy", x)
        mean = dense(self.weights, "policy", "policy/mean", h, self.size)
        return mean, torch.clamp(dense(self.weights, "policy", "policy/log-std", h, self.size), -20, 2)

    def q(self, prefix, which, x, action):
        h = self.with_action(prefix, which, x, action)
        return [dense(self.weights, prefix, f"q{which}/out-{k}", h, 1)[:, 0] for k in range(self.heads)]

    def sample(self, x, epsilon):
        mean, log_std = self.policy(x)
        u = mean + torch.exp(log_std) * epsilon
        a = torch.tanh(u)
        return a, gaussian_log_prob(u, mean, log_std) - torch.log(1 - a**2).sum(1)

    def least(self, prefix, x, action):
        return [torch.minimum(*pair) for pair in zip(*(self.q(prefix, i, x, action) for i in (1, 2)), strict=True)]

    def draw(self, script, rows):
        # the learner draws the noise of the policy's loss first
        now = t(script.normal(rows, self.size))
        return now, t(script.normal(rows, self.size))

    def values(self, x, alphas, noise, _mask):
        """V(s'), Eq. 3, per head; the entropy belongs to the first."""
        action, log_pi = self.sample(x, noise)
        first, *others = self.least("target", x, action)
        return [first - alphas[0] * log_pi, *others]

    def taken(self, which, x, action):
        return self.q("critic", which, x, action)

    def policy_loss(self, x, alphas, noise, _mask):
        """Eq. 7, and the entropy."""
        action, log_pi = self.sample(x, noise)
        return alphas[0] * log_pi - sum(self.least("critic", x, action)), [-log_pi]

    def declare(self, x):
        self.policy(x)
        for prefix, which in itertools.product(("critic", "target"), (1, 2)):
            self.q(prefix, which, x, t([[0.0] * self.size] * len(x)))


class Categorical:
    """Discrete branches: one distribution over all combinations of those of a group.

    :param groups: of branches; combinations are numbered as written numbers are, the first branch of a group being the highest
        digit. All branches are one group by default
    """

    def __init__(self, weights, branches, heads=1, groups=None, bound=6.0, entropy_in_target=False):
        self.weights, self.branches, self.heads = weights, branches, heads
        self.bound, self.entropy_in_target = bound, entropy_in_target
        self.groups = groups or [list(range(len(branches)))]
        self.actions = [list(itertools.product(*(range(branches[b]) for b in group))) for group in self.groups]
        self.scales = [math.log(len(actions)) for actions in self.actions]

    def features(self, prefix, name, x, norm=False):
        return body(self.weights, prefix, name, x, UNITS, LAYERS, norm)

    def out(self, prefix, name, x, norm, heads):
        """Per group, per head: [B, size of the group]."""
        h = self.features(prefix, name, x, norm)
        names = lambda g: [f"{name}/out{g}" + (f"-{k}" if heads > 1 else "") for k in range(heads)]
        return [
            [dense(self.weights, prefix, out, h, len(actions)) for out in names(g)]
            for g, actions in enumerate(self.actions)
        ]

    def q(self, prefix, which, x):
        return self.out(prefix, f"q{which}", x, True, self.heads)

    def allowed(self, mask):
        """[B, sum of branches] -> per group [B, size]: a combination is allowed when all its parts are."""
        if mask is None:
            return [None for _ in self.groups]
        begin = [sum(self.branches[:b]) for b in range(len(self.branches))]
        return [
            torch.stack(
                [
                    torch.stack([mask[:, begin[b] + i] for b, i in zip(group, action, strict=True)]).amin(0)
                    for action in actions
                ],
                1,
            )
            for group, actions in zip(self.groups, self.actions, strict=True)
        ]

    def logits(self, x):
        found = [logits for (logits,) in self.out("policy", "policy", x, False, 1)]
        return [self.bound * torch.tanh(l / self.bound) if self.bound > 0 else l for l in found]

    def log_pi(self, x, mask):
        return [log_softmax(l, m) for l, m in zip(self.logits(x), self.allowed(mask), strict=True)]

    def least(self, prefix, x):
        pairs = zip(self.q(prefix, 1, x), self.q(prefix, 2, x), strict=True)
        return [[torch.minimum(*pair) for pair in zip(*group, strict=True)] for group in pairs]

    def chosen(self, actions):
        """[B, D] -> per group the number of the combination, [B]."""
        return [
            torch.tensor([every.index(tuple(int(row[b]) for b in group)) for row in actions])
            for group, every in zip(self.groups, self.actions, strict=True)
        ]

    def draw(self, _script, _rows):
        return None, None

    def values(self, x, alphas, _noise, mask):
        """V(s'), Eq. 10 of 1910.07207, per head, its mean over groups; the entropy belongs to the first head."""
        log_pi, q = self.log_pi(x, mask), self.least("target", x)
        paid = [alphas if self.entropy_in_target and k == 0 else [0.0] * len(alphas) for k in range(self.heads)]
        return [
            sum((torch.exp(l) * (q[g][k] - paid[k][g] * l)).sum(1) for g, l in enumerate(log_pi)) / len(log_pi)
            for k in range(self.heads)
        ]

    def taken(self, which, x, actions):
        q, chosen = self.q("critic", which, x), self.chosen(actions)
        rows = torch.arange(len(chosen[0]))
        return [sum(q[g][k][rows, c] for g, c in enumerate(chosen)) / len(chosen) for k in range(self.heads)]

    def policy_loss(self, x, alphas, _noise, mask):
        """Eq. 12 of 1910.07207, its mean over groups, and the entropy of each."""
        log_pi, q = self.log_pi(x, mask), self.least("critic", x)
        parts = [(torch.exp(l) * (alphas[g] * l - sum(q[g]).detach())).sum(1) for g, l in enumerate(log_pi)]
        return sum(parts) / len(parts), [-(torch.exp(l) * l).sum(1) for l in log_pi]

    def declare(self, x):
        self.logits(x)
        for prefix, which in itertools.product(("critic", "target"), (1, 2)):
            self.q(prefix, which, x)


class Script:
    """What the learner draws while it updates, in order."""

    def __init__(self, draws):
        self.draws, self.drawn = draws, {"below": [], "normal": [], "uniform": []}

    def below(self, n, count):
        found = self.draws.below(n, count)
        self.drawn["below"] += found
        return found

    def normal(self, *shape):
        found = self.draws.normal(*shape)
        self.drawn["normal"] += numbers(t(found))
        return found


class Temperature:
    """J(alpha) = E[alpha (H - H_target)], Eq. 18, as a gradient of log alpha, descended by Adam."""

    def __init__(self):
        self.log_alpha = t([math.log(ALPHA)])
        self.adam = Adam([self.log_alpha], ALPHA_RATE)

    @property
    def alpha(self):
        return math.exp(self.log_alpha.item())

    def step(self, entropy, target):
        self.adam.step([t([entropy - target])])


def window(steps, at, e, n):
    """Up to n steps of environment e from ``at`` on: until its episode ends, is cut, or nothing newer is known."""
    found = []
    for step in steps[at : at + n]:
        found.append(step)
        if step["terminated"][e] or step["truncated"][e]:
            break
    return found


def n_step(rewards, gamma):
    """r_0 + gamma r_1 + ..., and gamma^m (1710.02298, section 2)."""
    return sum(r * gamma**i for i, r in enumerate(rewards)), gamma ** len(rewards)


def losses(kind, script, alphas, batch, mean=torch.mean):
    """J_Q (Eq. 5) summed over critics and heads, and J_pi (Eq. 7).

    :param batch: s, a, s_next, mask, next_mask, d [B], and per head ``returns`` [B] and ``factors`` [B] of V(s_next)
    :returns: losses by prefix, entropy of each group, metrics
    """
    s, actions = batch["s"], batch["a"]
    noise, later = kind.draw(script, len(actions))
    with torch.no_grad():
        values = kind.values(batch["s_next"], alphas, later, batch.get("next_mask"))
        targets = [
            g + factor * (1 - batch["d"]) * v
            for g, factor, v in zip(batch["returns"], batch["factors"], values, strict=True)
        ]
    taken = [kind.taken(which, s, actions) for which in (1, 2)]
    critic = sum(mean((q - y) ** 2) / 2 for heads in taken for q, y in zip(heads, targets, strict=True))
    rows, entropies = kind.policy_loss(s, alphas, noise, batch.get("mask"))
    policy = mean(rows)
    found = [mean(entropy).item() for entropy in entropies]
    metrics = {
        "loss/critic": critic.item(),
        "loss/policy": policy.item(),
        "policy/entropy": sum(found) / len(found),
        "critic/q": mean(sum(taken[0])).item(),
    }
    return {"critic": critic, "policy": policy}, found, metrics


def train(weights, kind, updates, update, share, rate=RATE, rates=(), idle=0):
    """``updates`` updates of all networks, each by the gradients of the networks before it (Algorithm 1).

    :param update: alphas -> losses by prefix, entropies, metrics
    :param share: of the scale of each group that its entropy is steered to
    :param rates: further prefixes that learn, with their step sizes
    :param idle: updates in which the policy and its temperature stay
    :returns: gradients and metrics of the first update
    """
    temperatures = [Temperature() for _ in kind.scales]
    adams = {prefix: Adam(weights.of(prefix), r) for prefix, r in {"critic": rate, "policy": rate, **dict(rates)}.items()}
    first = None
    for k in range(updates):
        parts, entropies, metrics = update([temperature.alpha for temperature in temperatures])
        gradients = weights.gradients(parts)
        for part in itertools.chain(*gradients.values()):
            # Adam makes as much of these as of others, and 32 bits may not know their sign: choose another seed
            assert not ((part != 0) & (part.abs() < LEAST_GRADIENT)).any()
        named = weights.name_gradients(gradients)
        for prefix, adam in adams.items():
            if prefix != "policy" or k >= idle:
                adam.step(gradients[prefix])
        with torch.no_grad():
            for target, online in zip(weights.of("target"), weights.of("critic"), strict=True):
                target.mul_(1 - TAU).add_(TAU * online)
        targets = [share * scale for scale in kind.scales]
        if k >= idle:
            for temperature, entropy, target in zip(temperatures, entropies, targets, strict=True):
                temperature.step(entropy, target)
        metrics["policy/temperature"] = sum(temperature.alpha for temperature in temperatures) / len(temperatures)
        metrics["policy/target_entropy"] = sum(targets) / len(targets)
        first = first or (named, metrics)
    return first


def hyperparameters(rows, batch, total, updates, **others):
    """:param total: steps of all environments, after which all ``updates`` are made"""
    return {
        "batch_size": batch,
        "buffer_size": rows,
        "buffer_init_steps": total - updates,
        "learning_rate": RATE,
        "entcoef_learning_rate": ALPHA_RATE,
        "init_entcoef": ALPHA,
        "tau": TAU,
        **others,
    }


def fixture(name, about, weights, script, before, first, *, action, steps, settings, width=None, **others):
    count = len(steps[0]["rewards"])
    write(
        name,
        {
            "about": about,
            "observations": [{"name": "state", "shape": [width]}],
            "action": action,
            "numEnvs": count,
            "settings": {
                "trainer_type": "sac",
                "network_settings": {"hidden_units": UNITS, "num_layers": LAYERS},
                **settings,
            },
            "once": {"buffer_init_steps": len(steps) * count - 1},
            "weights": before,
            "steps": steps,
            "draws": script.drawn,
            "expected": {"metrics": first[1], "gradients": first[0], "weights": weights.written()},
            **others,
        },
    )
