"""SAC with discrete actions: Christodoulou 2019 (arXiv:1910.07207), Eqs. 10 to 12, over two masked branches; with the novelty of
random network distillation (Burda et al. 2018, arXiv:1810.12894, section 2.2) as a second reward of another discount.
"""

import math

from nets import Draws, Weights, body, dense, plays, t
from soft import (
    LAYERS,
    UNITS,
    Categorical,
    Script,
    fixture,
    hyperparameters,
    losses,
    train,
)

GAMMA, NOVELTY_GAMMA, NOVELTY, PREDICTOR_RATE = 0.9, 0.6, 0.3, 0.02
E, BATCH, LENGTH, UPDATES = 2, 4, 7, 3
STATE = ({"name": "state", "shape": [3]},)


def masked(name, about, seed, branches, make=Categorical, observations=STATE, aligned=None, network=None, **options):
    draws = Draws(seed)
    width = sum(math.prod(observation["shape"]) for observation in observations)
    steps = plays(draws, LENGTH, E, width, discrete=branches, masked=True, ends={(2, 0)}, cuts={(4, 1)})
    rows = [(at, e) for at in range(LENGTH) for e in range(E)]
    weights, script = Weights(draws), Script(draws)
    kind = make(weights, branches, heads=2, **options)

    def error(x):
        copy, original = (
            dense(weights, "rnd", f"{net}/out", body(weights, "rnd", net, x, UNITS, LAYERS), UNITS)
            for net in ("predictor", "target")
        )
        return ((copy - original.detach()) ** 2).sum(1)

    def column(chosen, key):
        return t([steps[at][key][e] for at, e in chosen])

    def next_mask(at, e):
        """What the next step of the episode allows; of the last state known nobody knows, so everything counts as allowed."""
        over = steps[at]["terminated"][e] or steps[at]["truncated"][e] or at + 1 == LENGTH
        return [1] * sum(branches) if over else steps[at + 1]["masks"][e]

    def update(alphas):
        chosen = [rows[i] for i in script.below(len(rows), BATCH)]
        novelty = NOVELTY * error(column(chosen, "nextObservations")).detach()
        reward = column(chosen, "rewards")
        batch = {
            "s": column(chosen, "observations"),
            "a": column(chosen, "discrete"),
            "s_next": column(chosen, "nextObservations"),
            "d": column(chosen, "terminated"),
            "mask": column(chosen, "masks"),
            "next_mask": t([next_mask(at, e) for at, e in chosen]),
            "returns": [reward, novelty],
            "factors": [GAMMA, NOVELTY_GAMMA],
        }
        parts, entropies, metrics = losses(kind, script, alphas, batch)
        seen = [rows[i] for i in script.below(len(rows), BATCH)]
        parts["rnd"] = error(column(seen, "nextObservations")).mean()
        metrics |= {
            "critic/reward": (reward + novelty).mean().item(),
            "extrinsic/reward": reward.mean().item(),
            "rnd/reward": novelty.mean().item(),
            "rnd/loss": parts["rnd"].item(),
        }
        return parts, entropies, metrics

    probe = t(draws.normal(1, width))
    kind.declare(probe)
    error(probe)
    before = weights.written()
    first = train(weights, kind, UPDATES, update, share=0.2, rates={"rnd": PREDICTOR_RATE})

    total = LENGTH * E
    fixture(
        name,
        about,
        weights,
        script,
        before,
        first,
        observations=observations,
        action={"continuous": 0, "discrete": branches, "masked": True, **({"aligned": aligned} if aligned else {})},
        steps=steps,
        settings={
            "network_settings": {"hidden_units": UNITS, "num_layers": LAYERS, **(network or {})},
            "hyperparameters": hyperparameters(
                100, BATCH, total, UPDATES, entropy_in_target=options.get("entropy_in_target", False)
            ),
            "reward_signals": {
                "extrinsic": {"gamma": GAMMA},
                "rnd": {
                    "gamma": NOVELTY_GAMMA,
                    "strength": NOVELTY,
                    "learning_rate": PREDICTOR_RATE,
                    "network_settings": {"hidden_units": UNITS, "num_layers": LAYERS},
                },
            },
        },
    )


def joint():
    masked(
        "sac-joint",
        "SAC over the combinations of two masked branches, no entropy in the target, a head of its own for a second discount.",
        11,
        [3, 2],
    )


def joint_with_entropy():
    masked("sac-joint-entropy", "As sac-joint, with the entropy in the target.", 12, [2, 3], entropy_in_target=True)


def separate():
    masked(
        "sac-groups",
        "As sac-joint-entropy, of two branches with too many combinations: a distribution for each, values are the mean of both.",
        13,
        [17, 16],
        groups=[[0], [1]],
        entropy_in_target=True,
    )


CASES = [joint, joint_with_entropy, separate]
