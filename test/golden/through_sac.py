"""Reward signals of continuous actions, on the smallest SAC: what it is paid and what the signals learn, nothing of its own."""

import torch
from nets import Weights, body, dense, plays, write
from replay import (
    Groups,
    Rows,
    Script,
    ShortDraws,
    choose,
    eight_places,
    join,
    means,
    only_environment,
    paid,
    short,
    six_digits,
)

UNITS, MAX_STEPS = 2, 40


class ThroughSac:
    E, length, updates, once, B, C, width, demo_rows = 2, 6, 3, 1, 4, 2, 3, 0

    def __init__(self, seed, **options):
        choose(self, options)
        self.draws, self.script = ShortDraws(seed), Script(seed + 1000)
        self.weights, self.groups = Weights(self.draws), Groups([])
        self.steps = self.play(self.length, self.E, {(2, 0), (4, 1)}, {(3, 1)})
        self.rows = Rows(self.steps, self.groups)
        self.demonstrations, self.signals = None, []

    def play(self, length, count, ends, cuts=frozenset()):
        steps = plays(self.draws, length, count, self.width, ends=ends, cuts=cuts)
        for step in steps:
            step["continuous"] = self.draws.normal(count, self.C, scale=0.4).clip(-1, 1).tolist()
        return steps

    def show(self, length, ends):
        self.shown = self.play(length, 1, {(at, 0) for at in ends})
        self.demonstrations = Rows(self.shown, self.groups)

    def declare(self):
        probe = self.rows.batch([0])
        h = body(self.weights, "policy", "policy/continuous", probe["x"], UNITS, 1)
        for name in ("mean", "log-std"):
            dense(self.weights, "policy", f"policy/{name}", h, self.C)
        for prefix in ("critic", "target"):
            for q in ("q1", "q2"):
                h = body(self.weights, prefix, q, torch.cat([probe["x"], probe["continuous"]], 1), UNITS, 1)
                dense(self.weights, prefix, f"{q}/out-0", h, 1)
        for signal in self.signals:
            signal.declare(probe)

    def update(self):
        batch = self.rows.batch(self.script.below(len(self.rows), self.B - self.demo_rows))
        if self.demo_rows > 0:
            shown = self.script.below(len(self.demonstrations), self.demo_rows)
            batch = join(self.demonstrations.batch(shown), batch)
        self.script.normal(2, self.B, self.C)  # of the policy
        _, metrics = paid(self.signals, [self.signals[0].gamma], batch, self.length * self.E)
        gradients = {}
        for signal in self.signals:
            metrics |= signal.update(lambda: self.rows.batch(self.script.below(len(self.rows), self.B)))
            gradients[signal.weight_set] = signal.gradients
        return gradients, metrics

    def learn(self, name, about):
        self.declare()
        before, records = self.weights.written(), []
        for k in range(self.updates):
            gradients, metrics = self.update()
            records.append(metrics)
            if k + 1 == self.once:
                once = {"metrics": means(records), "gradients": self.weights.name_gradients(gradients)}
        after = {prefix: known for prefix, known in self.weights.written().items() if prefix in gradients}
        steps = self.length * self.E
        case = {
            "about": about,
            "observations": [{"name": "state", "shape": [self.width]}],
            "action": {"continuous": self.C, "discrete": []},
            "numEnvs": self.E,
            "settings": {
                "trainer_type": "sac",
                "hyperparameters": {
                    "batch_size": self.B,
                    "buffer_size": 100,
                    "buffer_init_steps": steps - self.updates,
                    "demonstration_share": self.demo_rows / self.B,
                },
                "network_settings": {"hidden_units": UNITS, "num_layers": 1},
                "reward_signals": {signal.name: signal.settings for signal in self.signals},
                "max_steps": MAX_STEPS,
            },
            "once": {"buffer_init_steps": steps - self.once},
            "weights": before,
            "steps": self.steps,
            "draws": self.script.record,
            "expected": {
                "metrics": once["metrics"],
                "gradients": short(once["gradients"], six_digits),
                "weights": short(after, eight_places),
            },
        }
        if self.demonstrations is not None:
            case["demonstrations"] = only_environment(self.shown)
        write(name, case)
