"""PPO with an LSTM (Hochreiter and Schmidhuber 1997; forget gate of Gers et al. 2000), by sequences of a buffer that begin with the
state that the old networks had there (Kapturowski et al. 2019, stored state) and end no gradient before it; docs/algorithms/memory.md.
"""

import torch
from nets import body, dense, t
from ppo import case, network
from ppo_learner import LAYERS, UNITS, Learner

HIDDEN, SEQUENCE = 2, 3


class RecurrentLearner(Learner):
    """Rows are judged, and learned from, episode by episode within their sequence; a state is h beside c, [B, 2 H]."""

    def declare(self):
        self.remembered = {prefix: self.nothing() for prefix in ("policy", "critic")}
        self.begins = [True] * self.E
        probe = t(self.draws.normal(self.E, self.width))
        self.heads(self.cell("policy", probe, self.nothing())[0])
        self.value(self.cell("critic", probe, self.nothing())[0])

    def nothing(self):
        return torch.zeros(self.E, 2 * HIDDEN)

    def cell(self, prefix, x, state):
        """What is put out after one step, [B, H], and the state then."""
        name = {"policy": "policy/memory", "critic": "value/memory"}[prefix]
        features = body(self.weights, prefix, name, x, UNITS, LAYERS)
        use = lambda part, shape: self.weights.use(prefix, f"{name}/lstm/{part}", shape)
        w, u, b = (
            use("input-weight", (UNITS, 4 * HIDDEN)),
            use("state-weight", (HIDDEN, 4 * HIDDEN)),
            use("bias", (1, 4 * HIDDEN)),
        )
        h, c = torch.split(state, HIDDEN, 1)
        i, f, g, o = torch.split(features @ w + h @ u + b, HIDDEN, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        return h, torch.cat([h, c], 1)

    def heads(self, h):
        return self.logits(h), *self.gaussian(h)

    def value(self, h):
        return dense(self.weights, "critic", "value/out", h, len(self.signals))

    def decide(self, step):
        if not self.rows:
            self.before = self.remembered["policy"]
        h, self.remembered["policy"] = self.cell("policy", t(step["observations"]), self.remembered["policy"])
        return self.heads(h)

    def observe(self, step, raw):
        super().observe(step, raw)
        for row in self.rows[-self.E :]:
            e = row["environment"]
            row["begins"], self.begins[e] = self.begins[e], row["over"]
            if row["over"]:
                self.remembered["policy"] = self.remembered["policy"].clone()
                self.remembered["policy"][e] = 0

    def look_back(self, rows):
        """Step by step through the buffer; the critic, which has not been asked before, goes on from the last buffer."""
        states = {"policy": self.before, "critic": self.remembered["critic"]}
        for first in range(0, len(rows), self.E):
            now = rows[first : first + self.E]
            going = t([[0.0 if row["begins"] else 1.0] for row in now])
            states = {prefix: state * going for prefix, state in states.items()}
            for row in now:
                row["state"] = {prefix: state[row["environment"]] for prefix, state in states.items()}
            x, after = (t([row[key] for row in now]) for key in ("observations", "nextObservations"))
            out = {prefix: self.cell(prefix, x, state) for prefix, state in states.items()}
            states = {prefix: state for prefix, (_, state) in out.items()}
            log_pi, _ = self.judge(self.heads(out["policy"][0]), now)
            value = self.value(out["critic"][0])
            later = self.value(self.cell("critic", after, states["critic"])[0])
            for i, row in enumerate(now):
                row["old log pi"], row["old value"], row["value after"] = log_pi[i], value[i], later[i]
        self.remembered["critic"] = states["critic"]

    def minibatches(self, rows):
        # sequence k E + e: steps k L to (k + 1) L - 1 of environment e
        sequences = [
            [rows[(k * SEQUENCE + step) * self.E + e] for step in range(SEQUENCE)]
            for k in range(len(rows) // self.E // SEQUENCE)
            for e in range(self.E)
        ]
        size = max(1, min(self.hyper["batch_size"], len(rows)) // SEQUENCE)
        order = list(range(len(sequences)))
        for _ in range(self.hyper["num_epoch"]):
            self.shuffled(order)
            for first in range(0, len(sequences) - size + 1, size):
                yield [row for s in order[first : first + size] for row in sequences[s]]

    def outputs(self, batch):
        """From the state that is stored with the first row of each sequence."""
        found, states = {"policy": [], "critic": []}, {}
        for at, row in enumerate(batch):
            for prefix, outputs in found.items():
                if at % SEQUENCE == 0:
                    states[prefix] = row["state"][prefix][None]
                elif row["begins"]:
                    states[prefix] = torch.zeros(1, 2 * HIDDEN)
                h, states[prefix] = self.cell(prefix, t([row["observations"]]), states[prefix])
                outputs.append(h)
        return self.heads(torch.cat(found["policy"])), self.value(torch.cat(found["critic"]))


CASES = [
    case(
        "ppo-memory",
        "PPO with an LSTM each of policy and critic, over two buffers: 1707.06347, Eqs. 7, 9, 11, 12.",
        RecurrentLearner,
        seed=14,
        length=6,
        buffers=2,
        E=2,
        width=3,
        continuous=1,
        discrete=(2, 2),
        masked=True,
        spread=1.5,
        ends={(1, 0), (8, 1)},
        cuts={(3, 1), (5, 0)},
        hyper={
            "batch_size": 7,
            "num_epoch": 2,
            "learning_rate": 0.15,
            "beta": 0.02,
            "epsilon": 0.12,
            "lambd": 0.8,
            "adam_epsilon": 1e-5,
        },
        once={"num_epoch": 2},
        settings={
            "network_settings": network(memory={"memory_size": 2 * HIDDEN, "sequence_length": SEQUENCE}),
            "reward_signals": {"extrinsic": {"gamma": 0.9}},
            "time_horizon": 5,
            "max_steps": 60,
        },
    )
]
