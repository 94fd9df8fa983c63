"""Deep Q-learning: Mnih et al. 2015 with the loss and the improvements that each case names."""

import numpy as np
import torch
from nets import Adam, Weights, body, clip_norm, dense, plays, t, write
from replay import (
    RATE,
    Extrinsic,
    Groups,
    Rows,
    Script,
    ShortDraws,
    choose,
    eight_places,
    means,
    only_environment,
    paid,
    per_action,
    short,
    six_digits,
)

MAX_NORM, MAX_STEPS = 10, 40


class Priorities:
    """Schaul et al. 2016 (1511.05952), Eq. 1 and section 3.4, drawn from equal strata (appendix B.2.1)."""

    def __init__(self, count, alpha, beta):
        self.p, self.alpha, self.beta = np.ones(count), alpha, beta

    def draw(self, shares):
        ends = np.cumsum(self.p)
        masses = [(i + share) / len(shares) * ends[-1] for i, share in enumerate(shares)]
        # a mass that rounding could move to the next transition would make a fixture that passes by chance
        assert min(abs(ends - mass).min() for mass in masses) > 1e-4
        ids = [int(np.searchsorted(ends, mass, side="right")) for mass in masses]
        w = (len(self.p) * self.p[ids] / ends[-1]) ** -self.beta
        return ids, w / w.max()

    def update(self, ids, errors):
        self.p[ids] = (np.abs(errors) + 1e-6) ** self.alpha


class Dqn:
    """A learner on steps that have been played. ``once`` is how many updates the compared losses and gradients come after: the
    metrics are the means of so many, the gradients those of the last."""

    E, length, updates, once, B, n, demo_rows = 2, 6, 3, 1, 4, 1, 0
    double, dueling, prioritized, norm, masked = True, False, False, True, False
    tau, interval = 0.1, 1

    def __init__(self, seed, *, discrete=(3,), width=3, rows=None, ends=((2, 0),), cuts=((3, 1),), **options):
        choose(self, options)
        self.draws, self.script = ShortDraws(seed), Script(seed + 1000)
        self.weights, self.groups = Weights(self.draws), Groups(list(discrete))
        self.width = width
        self.net = {"units": 5, "layers": 2} | ({} if rows is None else {"rows": rows, "head_units": 4})
        self.steps = plays(
            self.draws, self.length, self.E, width, discrete=list(discrete), masked=self.masked, ends=ends, cuts=cuts
        )
        self.rows = Rows(self.steps, self.groups)
        self.demonstrations, self.signals = None, [Extrinsic(0.9)]

    def show(self, length, ends):
        """Demonstrations of ``length`` steps, one behind the other."""
        sizes = self.groups.branch_sizes
        self.shown = plays(self.draws, length, 1, self.width, discrete=sizes, ends={(at, 0) for at in ends})
        self.demonstrations = Rows(self.shown, self.groups)

    def q(self, prefix, x):
        """Per group and discount [B, size]; Wang et al. 2016 (1511.06581), Eq. 9, with ``dueling``."""
        heads = len(self.gammas)
        advantages = per_action(self.weights, prefix, "advantage", x, self.groups, self.net, heads=heads, norm=self.norm)
        if not self.dueling:
            return advantages
        h = body(self.weights, prefix, "value", x, self.net["units"], self.net["layers"], self.norm)
        values = [dense(self.weights, prefix, f"value/out-{k}", h, 1) for k in range(heads)]
        return [[v + a - a.mean(1, keepdim=True) for v, a in zip(values, ofGroup, strict=True)] for ofGroup in advantages]

    def draw(self):
        """Ids are those of transitions, or of demonstrations for the first ``demo_rows``."""
        drawn, w = self.priorities.draw(self.script.uniform(self.B - self.demo_rows))
        shown = self.script.below(len(self.demonstrations), self.demo_rows) if self.demo_rows > 0 else []
        return drawn, shown, t(np.concatenate([np.ones(len(shown)), w]))

    def batch(self, drawn, shown):
        ids, lengths = self.rows.windows(drawn, self.n)
        batches = [self.rows.batch(ids)]
        if shown:
            ids, of_shown = self.demonstrations.windows(shown, self.n)
            batches.insert(0, self.demonstrations.batch(ids))
            lengths = of_shown + lengths
        # step by step, in each the demonstrations first
        step = lambda value, k: value.reshape(self.n, -1, *value.shape[1:])[k]
        every = lambda get: torch.cat([step(get(b), k) for k in range(self.n) for b in batches])
        whole = {key: every(lambda b, key=key: b[key]) for key in ("x", "x_next", "reward", "ended")}
        for key in ("choices", "allowed"):
            whole[key] = [every(lambda b, key=key, g=g: b[key][g]) for g in range(len(self.groups.sizes))]
        return whole | {"continuous": None}, lengths

    def update(self, made):
        drawn, shown, w = self.draw()
        batch, lengths = self.batch(drawn, shown)
        counts = t([float(step < m) for step in range(self.n) for m in lengths])
        rewards, metrics = paid(self.signals, self.gammas, batch, self.length * self.E, counts)
        first = lambda value: value[: self.B]
        last = lambda value: value[-self.B :]
        with torch.no_grad():
            judged = self.q("target", last(batch["x_next"]))
            chooser = self.q("q", last(batch["x_next"])) if self.double else judged
            best = []
            for heads, allowed in zip(chooser, batch["allowed"], strict=True):
                total = torch.where(last(allowed) == 1, sum(heads), torch.full_like(sum(heads), -torch.inf))
                best.append(total.argmax(1, keepdim=True))
        taken = self.q("q", first(batch["x"]))
        loss, error, q_mean = 0, 0, 0
        for k, gamma in enumerate(self.gammas):
            value = sum(ofGroup[k].gather(1, a)[:, 0] for ofGroup, a in zip(judged, best, strict=True)) / len(best)
            # G = r_0 + gamma r_1 + ... + gamma^m (1 - d) V(s_m)                       (1710.02298, section 2)
            y = torch.stack([
                sum(gamma**step * rewards[k][step * self.B + i] for step in range(m))
                + gamma**m * (1 - last(batch["ended"])[i]) * value[i]
                for i, m in enumerate(lengths)
            ])
            q = sum(
                (ofGroup[k] * first(choice)).sum(1) for ofGroup, choice in zip(taken, batch["choices"], strict=True)
            ) / len(best)
            loss = loss + torch.nn.functional.huber_loss(q, y, reduction="none", delta=1.0)
            error, q_mean = error + (y - q), q_mean + q.mean()
        metrics |= {
            "loss/q": (w * loss).mean().item(),
            "critic/q": q_mean.item(),
        }
        gradients = self.weights.gradients({"q": (w * loss).mean()})
        self.norms.append(float(torch.sqrt(sum((g**2).sum() for g in gradients["q"]))))
        self.errors.append(error.detach().abs().numpy())
        self.adam.step(clip_norm(gradients["q"], MAX_NORM))
        if self.prioritized:
            self.priorities.update(drawn, error.detach().numpy()[len(shown) :])
        if made % self.interval == 0:
            with torch.no_grad():
                for target, online in zip(self.weights.of("target"), self.weights.of("q"), strict=True):
                    target.mul_(1 - self.tau).add_(self.tau * online)
        for signal in self.signals:
            sample = lambda: self.rows.batch(self.script.below(len(self.rows), self.B))
            metrics |= signal.update(sample)
            if signal.weight_set is not None:
                gradients[signal.weight_set] = signal.gradients
        return gradients, metrics

    def learn(self, name, about, network_settings=None):
        self.gammas = list(dict.fromkeys(signal.gamma for signal in self.signals))
        probe = self.rows.batch([0])
        for prefix in ("q", "target"):
            self.q(prefix, probe["x"])
        for signal in self.signals:
            signal.declare(probe)
        before = self.weights.written()
        steps = self.length * self.E
        beta = 0.4 + 0.6 * steps / MAX_STEPS
        self.priorities = Priorities(len(self.rows), 0.6 if self.prioritized else 0, beta)
        self.adam = Adam(self.weights.of("q"), RATE)
        self.norms, self.errors, records = [], [], []
        for k in range(self.updates):
            gradients, metrics = self.update(k + 1)
            records.append(metrics)
            if k + 1 == self.once:
                once = {"metrics": means(records), "gradients": self.weights.name_gradients(gradients)}
        self.write(name, about, before, once)

    def write(self, name, about, before, once):
        steps = self.length * self.E
        hyperparameters = {
            "batch_size": self.B,
            "buffer_size": 100,
            "buffer_init_steps": 0,
            "steps_per_update": steps / self.updates,
            "learning_rate": RATE,
            "exploration_initial_eps": 0,
            "exploration_final_eps": 0,
            "tau": self.tau,
            "target_update_interval": self.interval,
            "double_q": self.double,
            "dueling": self.dueling,
            "n_step": self.n,
            "prioritized_replay": self.prioritized,
            "demonstration_share": self.demo_rows / self.B,
        }
        observations = [{"name": "state", "shape": [self.width]}]
        action = {"continuous": 0, "discrete": self.groups.branch_sizes, "masked": self.masked}
        network = {"hidden_units": self.net["units"], "num_layers": self.net["layers"], "layer_norm": self.norm}
        if "rows" in self.net:
            offset, count, features = self.net["rows"]
            observations = [{"name": "state", "shape": [offset]}, {"name": "rows", "shape": [count, features]}]
            action["aligned"] = {"branch": 0, "observation": "rows"}
            network["head_units"] = self.net["head_units"]
        case = {
            "about": about,
            "observations": observations,
            "action": action,
            "numEnvs": self.E,
            "settings": {
                "trainer_type": "dqn",
                "hyperparameters": hyperparameters,
                "network_settings": network,
                "reward_signals": {signal.name: signal.settings for signal in self.signals},
                "max_steps": MAX_STEPS,
            },
            "once": {"steps_per_update": steps / self.once},
            "weights": before,
            "steps": self.steps,
            "draws": self.script.record,
            "expected": {
                "metrics": once["metrics"],
                "gradients": short(once["gradients"], six_digits),
                "weights": short(self.weights.written(), eight_places),
            },
        }
        if self.demonstrations is not None:
            case["demonstrations"] = only_environment(self.shown)
        write(name, case)


def plain():
    """The target network chooses and judges; it is a copy (tau 1) of every second update. Observations are great enough for both
    sides of the clipped error, and for the clip of the gradient's norm (1511.06581, section 4.2)."""
    learner = Dqn(21, double=False, tau=1, interval=2, norm=False)
    for step in learner.steps:
        step["observations"] = (35 * np.array(step["observations"])).tolist()
        step["nextObservations"] = (35 * np.array(step["nextObservations"])).tolist()
    learner.rows = Rows(learner.steps, learner.groups)
    learner.learn("dqn-plain", "DQN as in Mnih et al. 2015, Algorithm 1, with Adam.")
    assert min(learner.norms) < MAX_NORM < max(learner.norms), learner.norms
    errors = np.concatenate(learner.errors)
    assert errors.min() < 1 < errors.max(), errors


def double_dueling():
    learner = Dqn(22, discrete=(3, 2), masked=True, dueling=True)
    about = "Double (1509.06461, Eq. 4) and dueling (1511.06581, Eq. 9), two branches chosen jointly, masks."
    learner.learn("dqn-double-dueling", about)


def branches():
    learner = Dqn(23, discrete=(17, 16), masked=True, n=3, ends=((1, 0), (4, 1)), cuts=((3, 0), (2, 1)))
    about = "A Q per branch and their mean (1711.08946); three steps (1710.02298, section 2) over ends and cuts."
    learner.learn("dqn-branches", about)


def prioritized():
    learner = Dqn(24, discrete=(3, 2), dueling=True, prioritized=True, n=3, B=5, once=2, interval=2)
    learner.learn("dqn-prioritized", "Priorities and their weights (1511.05952, Eq. 1, section 3.4), dueling, double, three steps.")


def shared_head():
    learner = Dqn(25, discrete=(3, 2), masked=True, width=8, rows=(2, 3, 2))
    learner.learn("dqn-shared-head", "Double Q-learning with one small network for all rows that a branch is aligned with.")


CASES = [plain, double_dueling, branches, prioritized, shared_head]
