"""SAC over sequences: an LSTM in every network (Ni et al. 2022, arXiv:2110.05038), filled by a burn-in without gradient
(R2D2, Kapturowski et al. 2019), with the differences that core/learn/off-policy/sequence-experience.ts lists.
"""

import torch
from nets import Draws, Weights, body, dense, layer_norm, plays, t
from soft import (
    LAYERS,
    UNITS,
    Categorical,
    Gaussian,
    Script,
    fixture,
    hyperparameters,
    losses,
    train,
)

GAMMA, E, WIDTH, HIDDEN = 0.9, 2, 3, 3
BURN_IN, TAUGHT, SEQUENCES, LENGTH, UPDATES = 2, 3, 3, 9, 3
ROWS = BURN_IN + TAUGHT + 1


class Part:
    """The states of sequences [ROWS, B, O] in which something is done, or (``after``) those that followed."""

    def __init__(self, x, kept, after):
        self.x, self.kept, self.after = x, kept, after

    def __len__(self):
        return TAUGHT * self.x.shape[1]


def lstm(weights, prefix, name, x, state, kept):
    """Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000; x [T, B, I], kept [T, B, 1]."""
    W = weights.use(prefix, f"{name}/input-weight", (x.shape[2], 4 * HIDDEN))
    U = weights.use(prefix, f"{name}/state-weight", (HIDDEN, 4 * HIDDEN))
    b = weights.use(prefix, f"{name}/bias", (1, 4 * HIDDEN), 0.1)
    h, c = state
    outputs = []
    for now, keep in zip(x, kept, strict=True):
        h, c = h * keep, c * keep
        i, f, g, o = (now @ W + h @ U + b).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        outputs.append(h)
    return torch.stack(outputs), (h, c)


def remembered(weights, prefix, name, part, norm):
    """What a network remembers at each step of its part, [T B, HIDDEN] time by time."""
    T, B, width = part.x.shape
    h = body(weights, prefix, f"{name}/memory", part.x.reshape(T * B, width), UNITS, LAYERS, norm).reshape(T, B, UNITS)
    state = (t([[0.0] * HIDDEN] * B),) * 2
    with torch.no_grad():
        _, state = lstm(weights, prefix, f"{name}/memory/lstm", h[:BURN_IN], state, part.kept[:BURN_IN])
    outputs, _ = lstm(weights, prefix, f"{name}/memory/lstm", h[BURN_IN:], state, part.kept[BURN_IN:])
    return (outputs[1:] if part.after else outputs[:-1]).reshape(TAUGHT * B, HIDDEN)


class RememberingGaussian(Gaussian):
    def features(self, prefix, name, x, norm=False):
        return remembered(self.weights, prefix, name, x, norm)

    def with_action(self, prefix, which, x, action):
        past = self.features(prefix, f"q{which}", x, norm=True)
        joined = dense(self.weights, prefix, f"q{which}/action", torch.cat([past, action], 1), UNITS)
        return torch.relu(layer_norm(joined))


class RememberingCategorical(Categorical):
    def features(self, prefix, name, x, norm=False):
        return remembered(self.weights, prefix, name, x, norm)


def stream(steps, e, actions, branches):
    """All that environment e has seen: a row per observation, those included in which nothing is done."""
    nothing = {"a": [0] * len(actions(steps[0], e)), "r": 0, "d": 0, "acted": 0, "mask": [1] * sum(branches)}
    rows, over = [], True
    for step in steps:
        if over:
            rows.append({**nothing, "o": step["observations"][e], "kept": 0})
        mask = step["masks"][e] if "masks" in step else []
        rows[-1] |= {"a": actions(step, e), "r": step["rewards"][e], "d": step["terminated"][e], "acted": 1, "mask": mask}
        rows.append({**nothing, "o": step["nextObservations"][e], "kept": 1})
        over = step["terminated"][e] or step["truncated"][e]
    return rows


def remembering(name, about, seed, make, branches=(), continuous=0, settings=None, share=1):
    draws = Draws(seed)
    steps = plays(
        draws,
        LENGTH,
        E,
        WIDTH,
        discrete=branches,
        continuous=continuous,
        masked=len(branches) > 0,
        ends={(2, 0), (6, 1)},
        cuts={(3, 1), (5, 0)},
    )
    key = "discrete" if branches else "continuous"
    streams = [stream(steps, e, lambda step, e: step[key][e], branches) for e in range(E)]
    sequences = [rows[at : at + ROWS] for rows in streams for at in range(len(rows) - ROWS + 1)]
    weights, script = Weights(draws), Script(draws)
    kind = make(weights)

    def update(alphas):
        chosen = [sequences[i] for i in script.below(len(sequences), SEQUENCES)]
        column = lambda key: t([[rows[at][key] for rows in chosen] for at in range(ROWS)])  # [ROWS, B, ...]
        taught = lambda key: column(key)[BURN_IN:-1].flatten(0, 1)
        x, kept, acted = column("o"), column("kept")[..., None], taught("acted")
        mean = lambda values: (values * acted).sum() / acted.sum()
        reward = taught("r")
        batch = {
            "s": Part(x, kept, after=False),
            "a": taught("a"),
            "s_next": Part(x, kept, after=True),
            "d": taught("d"),
            "mask": taught("mask"),
            "next_mask": column("mask")[BURN_IN + 1 :].flatten(0, 1),
            "returns": [reward],
            "factors": [GAMMA],
        }
        parts, entropies, metrics = losses(kind, script, alphas, batch, mean)
        metrics["critic/reward"] = metrics["extrinsic/reward"] = mean(reward).item()
        return parts, entropies, metrics

    probe = Part(t(draws.normal(ROWS, 1, WIDTH)), t([[[1.0]]] * ROWS), after=False)
    kind.declare(probe)
    before = weights.written()
    first = train(weights, kind, UPDATES, update, share)

    fixture(
        name,
        about,
        weights,
        script,
        before,
        first,
        width=WIDTH,
        action={"continuous": continuous, "discrete": branches, "masked": len(branches) > 0},
        steps=steps,
        settings={
            "hyperparameters": hyperparameters(100, SEQUENCES * TAUGHT, LENGTH * E, UPDATES, **(settings or {})),
            "network_settings": {
                "hidden_units": UNITS,
                "num_layers": LAYERS,
                "memory": {"memory_size": 2 * HIDDEN, "sequence_length": TAUGHT, "burn_in": BURN_IN},
            },
            "reward_signals": {"extrinsic": {"gamma": GAMMA}},
        },
    )


def discrete():
    branches = [3, 2]
    remembering(
        "sac-memory-joint",
        "SAC with memory over sequences that run across ends and cuts; two masked branches, entropy in the target.",
        1031,
        lambda weights: RememberingCategorical(weights, branches, entropy_in_target=True),
        branches=branches,
        settings={"entropy_in_target": True},
        share=0.2,
    )


def continuous():
    remembering(
        "sac-memory-continuous",
        "SAC with memory and continuous actions, which join behind the memory.",
        32,
        lambda weights: RememberingGaussian(weights, 2),
        continuous=2,
    )


CASES = [discrete, continuous]
