"""Proximal policy optimisation: Schulman et al. 2017 (arXiv:1707.06347), Algorithm 1, with the advantages of Schulman et al. 2016
(arXiv:1506.02438) and the differences that docs/algorithms/ppo.md lists.
"""

import math

import numpy as np
import torch
from nets import (
    Adam,
    Draws,
    Weights,
    body,
    clip_norm,
    dense,
    gaussian_log_prob,
    log_softmax,
    t,
)

UNITS, LAYERS = 4, 1
JOINT_LIMIT, MAX_NORM = 256, 0.5


def advantages(rewards, values, after, cuts, gamma, lam):
    """1506.02438, Eq. 16: the sum of (gamma lambda)^l delta_{t+l} to where the trajectory is cut; ``after`` is V(s_{t+1})."""
    delta = [r + gamma * w - v for r, v, w in zip(rewards, values, after, strict=True)]
    found = []
    for at in range(len(delta)):
        total, factor = 0.0, 1.0
        for later in range(at, len(delta)):
            total += factor * delta[later]
            factor *= gamma * lam
            if cuts[later]:
                break
        found.append(total)
    return found


class Learner:
    """
    PPO on given steps, made by ``plays``. ``hyper`` and ``settings`` are those of the fixture; ``spread`` widens what is drawn for
    continuous actions, so that some go beyond their bounds.
    """

    def __init__(self, seed, *, E, width, hyper, settings, continuous=0, discrete=(), masked=False, spread=1.0):
        self.draws = Draws(seed)
        self.weights = Weights(self.draws)
        self.E, self.width, self.C, self.sizes, self.masked = E, width, continuous, discrete, masked
        branches = list(range(len(discrete)))
        self.groups = [[b] for b in branches] if len(branches) < 2 or math.prod(discrete) > JOINT_LIMIT else [branches]
        self.hyper, self.settings, self.spread = hyper, settings, spread
        self.signals = [
            {"name": name, "gamma": s["gamma"], "strength": s.get("strength", 1)}
            for name, s in settings["reward_signals"].items()
        ]
        self.activation = torch.tanh if settings["network_settings"].get("network_options") else torch.relu
        self.normal, self.below, self.acted = [], [], []
        self.steps, self.horizon = 0, [0] * E
        self.discounted, self.sums = [0.0] * E, []  # normalize_reward
        self.seen = []  # normalize: all that the statistics have taken in
        self.rows = []
        self.declare()
        self.adams = {
            prefix: Adam(self.weights.of(prefix), hyper["learning_rate"], epsilon=hyper.get("adam_epsilon", 1e-8))
            for prefix in ("policy", "critic")
        }

    # networks

    def declare(self):
        probe = t(self.draws.normal(1, self.width))
        self.policy(probe), self.values(probe)
        if any(signal["name"] == "rnd" for signal in self.signals):
            self.novelty(probe)

    def see(self, x):
        """Running mean and variance that begin with one observation of 0 and variance 1, clipped at 5."""
        if not self.seen:
            return x
        known = torch.cat([torch.zeros(1, self.width), t(self.seen)])
        mean = known.mean(0)
        variance = (1 + ((known - mean) ** 2).sum(0)) / len(known)
        return torch.clamp((x - mean) / torch.sqrt(variance + 1e-8), -5, 5)

    def policy(self, x):
        """Logits per group, mean and log std."""
        x, logits, mean, log_std = self.see(x), [], None, None
        if self.groups:
            h = body(self.weights, "policy", "policy", x, UNITS, LAYERS, activation=self.activation)
            logits = self.logits(h)
        if self.C > 0:
            h = body(self.weights, "policy", "policy/continuous", x, UNITS, LAYERS, activation=self.activation)
            mean, log_std = self.gaussian(h)
        return logits, mean, log_std

    def logits(self, h):
        size = lambda group: math.prod(self.sizes[b] for b in group)
        return [dense(self.weights, "policy", f"policy/out{g}", h, size(group)) for g, group in enumerate(self.groups)]

    def gaussian(self, h):
        mean = dense(self.weights, "policy", "policy/mean", h, self.C)
        return mean, self.weights.use("policy", "policy/log-std", (self.C,), 0.3)

    def values(self, x):
        h = body(self.weights, "critic", "value", self.see(x), UNITS, LAYERS, activation=self.activation)
        return dense(self.weights, "critic", "value/out", h, len(self.signals))

    def novelty(self, x):
        """Random network distillation, 1810.12894, Section 2.2: how far the predictor is from the target."""
        out = [
            dense(self.weights, "rnd", f"{name}/out", body(self.weights, "rnd", name, x, 3, 1), 3)
            for name in ("target", "predictor")
        ]
        return ((out[1] - out[0]) ** 2).sum(1)

    # the distribution

    def joint_mask(self, masks, group):
        """[B, sum of branches] -> [B, joint actions], the first branch the slowest."""
        parts = torch.split(t(masks), list(self.sizes), 1)
        joint = parts[group[0]]
        for branch in group[1:]:
            joint = (joint[:, :, None] * parts[branch][:, None, :]).reshape(len(masks), -1)
        return joint

    def joint_choice(self, chosen, group):
        index = 0
        for branch in group:
            index = index * self.sizes[branch] + chosen[branch]
        return index

    def judge(self, outputs, rows):
        """log pi of what was done in rows, and the entropy, [B] each."""
        logits, mean, log_std = outputs
        log_pi = entropy = torch.zeros(len(rows))
        for group, part in zip(self.groups, logits, strict=True):
            mask = self.joint_mask([row["masks"] for row in rows], group) if self.masked else None
            log_p = log_softmax(part, mask)
            choice = torch.tensor([self.joint_choice(row["discrete"], group) for row in rows])
            log_pi = log_pi + log_p[torch.arange(len(rows)), choice]
            entropy = entropy - (torch.exp(log_p) * log_p).sum(1)
        if mean is not None:
            log_pi = log_pi + gaussian_log_prob(t([row["raw"] for row in rows]), mean, log_std)
            entropy = entropy + (log_std + 0.5 * math.log(2 * math.pi * math.e)).sum()
        return log_pi, entropy

    # play

    def act(self, step):
        """What the policy decides: a categorical at the middle of its cumulative, u = mean + std noise of a Gaussian."""
        with torch.no_grad():
            logits, mean, log_std = self.decide(step)
        decided = {}
        if self.groups:
            decided["discrete"] = [self.middle(logits, step, e) for e in range(self.E)]
        raw = np.zeros((self.E, 0))
        if self.C > 0:
            noise = self.draws.normal(self.E, self.C, scale=self.spread)
            self.normal.extend(noise.reshape(-1).tolist())
            raw = (mean + torch.exp(log_std) * t(noise)).detach().numpy()
            decided["continuous"] = (np.clip(raw, -3, 3) / 3).tolist()
        self.acted.append(decided)
        return raw

    def decide(self, step):
        return self.policy(t(step["observations"]))

    def middle(self, logits, step, e):
        chosen = [0] * len(self.sizes)
        for group, part in zip(self.groups, logits, strict=True):
            mask = self.joint_mask([step["masks"][e]], group) if self.masked else None
            cumulative = torch.cumsum(torch.exp(log_softmax(part[e : e + 1], mask)[0]), 0)
            assert torch.min(torch.abs(cumulative - 0.5)) > 1e-4
            index = int((cumulative > 0.5).int().argmax())
            for branch in reversed(group):
                chosen[branch], index = index % self.sizes[branch], index // self.sizes[branch]
        return chosen

    def observe(self, step, raw):
        for e in range(self.E):
            self.steps += 1
            over = step["terminated"][e] or step["truncated"][e]
            self.horizon[e] += 1
            cut = bool(over) or self.horizon[e] == self.settings.get("time_horizon", 64)
            if cut:
                self.horizon[e] = 0
            self.discounted[e] = self.signals[0]["gamma"] * self.discounted[e] + step["rewards"][e]
            self.sums.append(self.discounted[e])
            if over:
                self.discounted[e] = 0.0
            row = {key: step[key][e] for key in step if key != "update"}
            self.rows.append({**row, "raw": raw[e], "cut": cut, "over": bool(over), "environment": e})

    def play(self, steps, only_first):
        """Updates, after a step that says so, and after the last. Metrics and gradients of the first one."""
        prepared, first = self.prepare(), None
        for at, step in enumerate(steps):
            self.observe(step, self.act(step))
            if "update" not in step and at < len(steps) - 1:
                continue
            metrics, gradients = self.update()
            first = first or ({**prepared, **metrics}, gradients)
            if only_first:
                break
        return first

    # update

    def update(self):
        rows = self.rows
        for row in rows[-self.E :]:
            row["cut"] = True
        normalize = self.settings["network_settings"].get("normalize", False)
        first = normalize and not self.seen
        metrics = {}
        with torch.no_grad():
            self.look_back(rows)
            if first:
                # played without statistics, which is what ratios compare with, and judged by its own
                played = [row["old log pi"] for row in rows]
                self.seen = [row["observations"] for row in rows]
                self.look_back(rows)
                for row, log_pi in zip(rows, played, strict=True):
                    row["old log pi"] = log_pi
            self.estimate(rows, metrics)
        held = self.holds(rows)
        epsilon = 1e9 if held else self.scheduled("epsilon", 0.1)
        bounds = {"epsilon": epsilon, "beta": self.scheduled("beta", 1e-5), "value": self.value_range(rows, epsilon)}
        learners = ["critic"] if held else ["policy", "critic"]
        found = []
        for batch in self.minibatches(rows):
            loss, of_batch = self.loss(batch, bounds)
            found.append(of_batch)
            gradients = self.weights.gradients({"policy": loss, "critic": loss})
            clipped = iter(clip_norm([part for prefix in learners for part in gradients[prefix]], MAX_NORM))
            for prefix in learners:
                self.adams[prefix].rate = self.scheduled("learning_rate", 1e-10)
                self.adams[prefix].step([next(clipped) for _ in gradients[prefix]])
        metrics |= {key: float(np.mean([each[key] for each in found])) for key in found[0]}
        if normalize and not first and not self.settled:
            self.seen.extend(row["observations"] for row in rows)
        self.rows = []
        return metrics, self.weights.name_gradients(gradients)

    def prepare(self):
        """Before the first step; metrics of it."""
        return {}

    def holds(self, rows):
        """Whether this buffer teaches the critic alone."""
        return False

    def given(self):
        """What a fixture says besides."""
        return {}

    def scheduled(self, key, floor):
        """Linear from the setting to the floor at max_steps."""
        most = self.hyper[key]
        if self.hyper.get(f"{key}_schedule", self.hyper.get("learning_rate_schedule", "linear")) == "constant":
            return most
        return floor + (most - floor) * (1 - min(1, self.steps / self.settings["max_steps"]))

    def look_back(self, rows):
        """V and log pi of what was done, by the policy that did it."""
        x = t([row["observations"] for row in rows])
        log_pi, _ = self.judge(self.policy(x), rows)
        now, after = self.values(x), self.values(t([row["nextObservations"] for row in rows]))
        for i, row in enumerate(rows):
            row["old log pi"], row["old value"], row["value after"] = log_pi[i], now[i], after[i]

    def estimate(self, rows, metrics):
        if self.hyper.get("normalize_reward"):
            metrics["extrinsic/deviation"] = float(np.std(self.sums))
        total = np.zeros(len(rows))
        for row in rows:
            row["return"] = torch.zeros(len(self.signals))
        for s, signal in enumerate(self.signals):
            for row in rows:
                reward = row["rewards"]
                if signal["name"] == "rnd":
                    reward = float(self.novelty(t([row["nextObservations"]]))[0])
                elif self.hyper.get("normalize_reward"):
                    reward = float(np.clip(reward / np.std(self.sums), -10, 10))
                row["reward"] = signal["strength"] * reward
            metrics[f"{signal['name']}/reward"] = float(np.mean([row["reward"] for row in rows]))
            for e in range(self.E):
                at = [i for i, row in enumerate(rows) if row["environment"] == e]
                own = [rows[i] for i in at]
                found = advantages(
                    [row["reward"] for row in own],
                    [float(row["old value"][s]) for row in own],
                    [0.0 if row["terminated"] else float(row["value after"][s]) for row in own],
                    [row["cut"] for row in own],
                    signal["gamma"],
                    self.hyper["lambd"],
                )
                for i, advantage in zip(at, found, strict=True):
                    total[i] += advantage
                    rows[i]["return"][s] = advantage + float(rows[i]["old value"][s])
        total = (total - total.mean()) / (total.std() + 1e-8)
        for row, advantage in zip(rows, total, strict=True):
            row["advantage"] = advantage

    def value_range(self, rows, epsilon):
        returns = torch.stack([row["return"] for row in rows])
        return epsilon * (returns.std(0, correction=0) if self.hyper.get("value_clip") == "range" else torch.ones(len(self.signals)))

    def shuffled(self, order):
        """Fisher and Yates, from the end; what is drawn is kept."""
        for i in range(len(order) - 1, 0, -1):
            j = self.draws.below(i + 1, 1)[0]
            self.below.append(j)
            order[i], order[j] = order[j], order[i]

    def minibatches(self, rows):
        size = min(self.hyper["batch_size"], len(rows))
        order = list(range(len(rows)))
        for _ in range(self.hyper["num_epoch"]):
            self.shuffled(order)
            for first in range(0, len(rows) - size + 1, size):
                yield [rows[i] for i in order[first : first + size]]
                if len(self.signals) > 1:
                    self.below.extend(self.draws.below(len(rows), size))  # what novelty learns from

    def outputs(self, batch):
        x = t([row["observations"] for row in batch])
        return self.policy(x), self.values(x)

    def loss(self, batch, bounds):
        """Eq. 9 with c1 = 1/2, turned for descent."""
        policy, value = self.outputs(batch)
        log_pi, entropy = self.judge(policy, batch)
        old_log_pi, old_value, goal = (
            torch.stack([row[key] for row in batch]) for key in ("old log pi", "old value", "return")
        )
        advantage = t([row["advantage"] for row in batch])
        ratio = torch.exp(log_pi - old_log_pi)
        epsilon = bounds["epsilon"]
        clipped = torch.clamp(ratio, 1 - epsilon, 1 + epsilon)
        objective = torch.minimum(ratio * advantage, clipped * advantage).mean()  # Eq. 7
        errors = (value - goal) ** 2
        if self.hyper.get("value_clip", "epsilon") != "none":
            near = old_value + torch.maximum(torch.minimum(value - old_value, bounds["value"]), -bounds["value"])
            self.value_clipped |= bool(((near - goal) ** 2 > errors + 1e-3).any())
            errors = torch.maximum(errors, (near - goal) ** 2)
        self.ratio_clipped |= bool((ratio * advantage > clipped * advantage + 1e-3).any())
        loss = -objective + 0.5 * errors.mean() - bounds["beta"] * entropy.mean()
        return loss, {
            "loss/policy": -objective.item(),
            "loss/value": errors.mean().item(),
            "policy/entropy": entropy.mean().item(),
            "policy/clip_fraction": (torch.abs(ratio - 1) > epsilon).double().mean().item(),
            "policy/kl": ((ratio - 1) - (log_pi - old_log_pi)).mean().item(),
        }

    settled = ratio_clipped = value_clipped = False
