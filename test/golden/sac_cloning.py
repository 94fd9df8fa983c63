"""Behavioural cloning beside SAC's own policy loss (Jena et al. 2020, arXiv:2001.07798): J_pi + w(step) L_BC, where L_BC is
the mean of -log pi(a|s) over demonstration rows; of continuous actions that of the squashed Gaussian, which at a bound has all
its mass beyond it (Tobin 1958). Before the first step pretraining by L_BC alone, with AdamW.
"""

import math

import torch
from nets import Adam, Draws, Weights, gaussian_log_prob, plays, t
from soft import (
    RATE,
    Categorical,
    Gaussian,
    Script,
    fixture,
    hyperparameters,
    losses,
    train,
)

GAMMA, E, WIDTH, BATCH, LENGTH, UPDATES, SHOWN, COPIED = 0.9, 2, 3, 4, 5, 3, 5, 4
STRENGTH, FADE = 0.8, 25
WEIGHT = STRENGTH * (1 - LENGTH * E / FADE)
# docs/algorithms/bc.md, 2: |a| from which an action counts as at its bound, and the least spread that is asked for
BOUND, LEAST = 0.99, math.log(0.05)


def squashed_loss(kind, x, action):
    mean, log_std = kind.policy(x)
    # below the floor the likelihood is that of the floor, and the square of what is missing is paid
    floored = torch.clamp(log_std, min=LEAST)
    sigma, limit = torch.exp(floored), math.atanh(BOUND)
    u = torch.atanh(torch.clamp(action, -BOUND, BOUND))
    inside = [
        gaussian_log_prob(u[:, [i]], mean[:, [i]], floored[:, [i]]) - torch.log(1 - torch.tanh(u[:, i]) ** 2)
        for i in range(action.shape[1])
    ]
    beyond = torch.special.log_ndtr((mean * torch.sign(action) - limit) / sigma)
    log_pi = torch.where(action.abs() >= BOUND, beyond, torch.stack(inside, 1)).sum(1)
    return -log_pi.mean() + ((floored - log_std) ** 2).mean()


def categorical_loss(kind, x, actions):
    rows = torch.arange(len(actions))
    return sum(
        -log_pi[rows, chosen].mean()
        for log_pi, chosen in zip(kind.log_pi(x, None), kind.chosen(actions), strict=True)
    )


def cloning(
    name, about, seed, make, loss, branches=(), continuous=0, bounds=(), spreads=None, share=1, pretraining=None, **others
):
    """
    :param bounds: (row, action) of demonstrated actions that are at a bound
    :param spreads: log standard deviations about which the network's lie
    """
    draws = Draws(seed)
    kinds = {"discrete": branches, "continuous": continuous}
    steps = plays(draws, LENGTH, E, WIDTH, **kinds, ends={(2, 0)})
    demonstrated = plays(draws, SHOWN, 1, WIDTH, **kinds, ends={(2, 0)})
    key = "discrete" if branches else "continuous"
    for row, sign in bounds:
        demonstrated[row][key][0][0] = sign
    weights, script = Weights(draws), Script(draws)
    kind = make(weights)

    def imitate():
        rows = [demonstrated[i] for i in script.below(SHOWN, COPIED)]
        return loss(kind, t([row["observations"][0] for row in rows]), t([row[key][0] for row in rows]))

    def update(alphas):
        chosen = [divmod(i, E) for i in script.below(LENGTH * E, BATCH)]
        column = lambda key: t([steps[at][key][e] for at, e in chosen])
        batch = {
            "s": column("observations"),
            "a": column(key),
            "s_next": column("nextObservations"),
            "d": column("terminated"),
            "returns": [column("rewards")],
            "factors": [GAMMA],
        }
        parts, entropies, metrics = losses(kind, script, alphas, batch)
        clone = WEIGHT * imitate()
        parts["policy"] = parts["policy"] + clone
        metrics["cloning/loss"] = clone.item()
        return parts, entropies, metrics

    kind.declare(t(draws.normal(1, WIDTH)))
    if spreads is not None:
        with torch.no_grad():
            weights.use("policy", "policy/log-std/bias", (1, continuous)).copy_(t([spreads]))
    before = weights.written()
    section = {"strength": STRENGTH, "steps": FADE, "batch_size": COPIED}
    if pretraining is not None:
        section |= pretraining
        adam = Adam(
            weights.of("policy"), pretraining["pretrain_learning_rate"], decay=pretraining["weight_decay"]
        )
        for _ in range(pretraining["pretrain_updates"]):
            adam.step(weights.gradients({"policy": imitate()})["policy"])
    first = train(weights, kind, UPDATES, update, share)

    fixture(
        name,
        about,
        weights,
        script,
        before,
        first,
        width=WIDTH,
        action={"continuous": continuous, "discrete": branches},
        steps=steps,
        demonstrations={
            key: [step[key][0] for step in demonstrated]
            for key in ("observations", "nextObservations", key, "rewards", "terminated", "truncated")
        },
        settings={
            "hyperparameters": hyperparameters(100, BATCH, LENGTH * E, UPDATES),
            "reward_signals": {"extrinsic": {"gamma": GAMMA}},
            "behavioral_cloning": section,
        },
        **others,
    )


def discrete():
    branches = [3, 2]
    cloning(
        "sac-cloning-joint",
        "SAC after pretraining by AdamW, whose moments are forgotten, with a fading cross-entropy beside the policy's loss.",
        41,
        lambda weights: Categorical(weights, branches),
        categorical_loss,
        branches=branches,
        share=0.2,
        pretraining={"pretrain_updates": 2, "pretrain_learning_rate": RATE, "weight_decay": 0.3},
    )


def continuous():
    cloning(
        "sac-cloning-continuous",
        "SAC with the likelihood of demonstrated actions inside the bounds, of which one spread is below its floor.",
        42,
        lambda weights: Gaussian(weights, 2),
        squashed_loss,
        continuous=2,
        spreads=[LEAST - 0.2, LEAST + 0.5],
    )


def bounds():
    cloning(
        "sac-cloning-bounds",
        "SAC with demonstrated actions at a bound; Phi is exact here, and a fit (Page 1977) of like slope in the learner.",
        43,
        lambda weights: Gaussian(weights, 2),
        squashed_loss,
        continuous=2,
        bounds=[(0, 1), (1, -1), (3, 1), (4, -1)],
        spreads=[0.8, 0.8],
        tolerance=5e-3,
    )


CASES = [discrete, continuous, bounds]
