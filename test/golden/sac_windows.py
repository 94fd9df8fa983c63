"""SAC with n-step returns (Sutton 1988; Rainbow, arXiv:1710.02298, section 2), of its own play alone and with demonstrations
(RLPD, arXiv:2302.02948) under the reward of GAIL (arXiv:1606.03476) and absorbing states (DAC, arXiv:1809.02925).
"""

import numpy as np
import torch
from nets import Draws, Weights, body, dense, plays, t
from soft import (
    LAYERS,
    UNITS,
    Categorical,
    Gaussian,
    Script,
    fixture,
    hyperparameters,
    losses,
    n_step,
    train,
    window,
)
from torch.nn.functional import softplus

GAMMA, WIDTH = 0.9, 3


def normaliser(rows):
    """Mean and deviation of all that was seen, to which a first observation of 0 and a first variance of 1 belong."""
    values = np.concatenate([np.zeros((1, rows.shape[1])), rows])
    mean = values.mean(0)
    deviation = np.sqrt((((values - mean) ** 2).sum(0) + 1) / len(values) + 1e-8)
    return lambda x: torch.clamp((x - t(mean)) / t(deviation), -5, 5)


def n_step_returns():
    """Three steps, with an end, a cut and the newest step inside windows; observations normalised as they run."""
    draws = Draws(21)
    E, C, B, length, updates, n = 2, 2, 6, 8, 3, 3
    steps = plays(draws, length, E, WIDTH, continuous=C, ends={(2, 0)}, cuts={(4, 1)})
    weights, script = Weights(draws), Script(draws)
    kind = Gaussian(weights, C)
    normalise = normaliser(np.concatenate([step["nextObservations"] for step in steps]))

    def update(alphas):
        chosen = [divmod(i, E) for i in script.below(length * E, B)]
        windows = [(window(steps, at, e, n), e) for at, e in chosen]
        first = lambda key: t([w[0][key][e] for w, e in windows])
        last = lambda key: t([w[-1][key][e] for w, e in windows])
        sums, factors = zip(*(n_step([step["rewards"][e] for step in w], GAMMA) for w, e in windows), strict=True)
        batch = {
            "s": normalise(first("observations")),
            "a": first("continuous"),
            "s_next": normalise(last("nextObservations")),
            "d": last("terminated"),
            "returns": [t(sums)],
            "factors": [t(factors)],
        }
        return losses(kind, script, alphas, batch)

    kind.declare(t(draws.normal(1, WIDTH)))
    before = weights.written()
    first = train(weights, kind, updates, update, share=1)

    total = length * E
    fixture(
        "sac-n-step",
        "SAC with three-step returns and normalised observations.",
        weights,
        script,
        before,
        first,
        width=WIDTH,
        action={"continuous": C, "discrete": []},
        steps=steps,
        settings={
            "hyperparameters": hyperparameters(100, B, total, updates, n_step=n),
            "network_settings": {"hidden_units": UNITS, "num_layers": LAYERS, "normalize": True},
            "reward_signals": {"extrinsic": {"gamma": GAMMA}},
        },
    )


def demonstrations():
    """Half of each batch demonstrated; an end is followed by the absorbing state's reward for ever, gamma / (1 - gamma) of it."""
    draws = Draws(22)
    E, branches, B, length, updates, n, shown = 2, [3, 2], 6, 7, 3, 2, 4
    extrinsic, imitation, judge_rate = 0.7, 0.4, 0.02
    steps = plays(draws, length, E, WIDTH, discrete=branches, masked=True, ends={(2, 0), (5, 1)}, cuts={(4, 1)})
    demonstrated = plays(draws, shown, 1, WIDTH, discrete=branches, ends={(1, 0)}, cuts={(2, 0)})
    weights, script = Weights(draws), Script(draws)
    kind = Categorical(weights, branches)

    def logit(x):
        h = body(weights, "gail", "discriminator", x, UNITS, LAYERS)
        return dense(weights, "gail", "discriminator/out", h, 1)[:, 0]

    def absorbing():
        return weights.use("gail", "absorbing", (1,))

    def reward(h):
        """-log(1 - D) of D = sigmoid(h), the probability that a demonstration is seen."""
        return -torch.log(1 - torch.sigmoid(h)).detach()

    def own(at, e):
        over = steps[at]["terminated"][e] or steps[at]["truncated"][e] or at + 1 == length
        return steps[at]["masks"][e], [1] * sum(branches) if over else steps[at + 1]["masks"][e]

    def update(alphas):
        played = [divmod(i, E) for i in script.below(length * E, B - B // 2)]
        copied = script.below(shown, B // 2)
        # demonstrations come first in a batch, and are not masked
        free = [1] * sum(branches)
        rows = [(window(demonstrated, at, 0, n), 0, free, free) for at in copied]
        for at, e in played:
            w = window(steps, at, e, n)
            rows.append((w, e, own(at, e)[0], own(at + len(w) - 1, e)[1]))
        ends = lambda w, e: t([step["terminated"][e] for step in w])
        paid, weighted, factors = [], [], []
        for w, e, _, _ in rows:
            r = t([step["rewards"][e] for step in w])
            imitated = reward(logit(t([step["observations"][e] for step in w])))
            after = ends(w, e) * reward(absorbing()) * GAMMA / (1 - GAMMA)
            sums, factor = n_step(extrinsic * r + imitation * (imitated + after), GAMMA)
            paid.append((extrinsic * r, imitation * (imitated + after)))
            weighted.append(sums)
            factors.append(factor)
        batch = {
            "s": t([w[0]["observations"][e] for w, e, _, _ in rows]),
            "a": t([w[0]["discrete"][e] for w, e, _, _ in rows]),
            "s_next": t([w[-1]["nextObservations"][e] for w, e, _, _ in rows]),
            "d": t([w[-1]["terminated"][e] for w, e, _, _ in rows]),
            "mask": t([mask for _, _, mask, _ in rows]),
            "next_mask": t([mask for _, _, _, mask in rows]),
            "returns": [torch.stack(weighted)],
            "factors": [t(factors)],
        }
        parts, entropies, metrics = losses(kind, script, alphas, batch)
        agent = [divmod(i, E) for i in script.below(length * E, B)]
        teacher = script.below(shown, B)
        h_agent = logit(t([steps[at]["observations"][e] for at, e in agent]))
        h_teacher = logit(t([demonstrated[at]["observations"][0] for at in teacher]))
        entropy = softplus(h_agent).mean() + softplus(-h_teacher).mean()
        ended = t([steps[at]["terminated"][e] for at, e in agent]), t([demonstrated[at]["terminated"][0] for at in teacher])
        parts["gail"] = entropy + (ended[0] * softplus(absorbing())).mean() + (ended[1] * softplus(-absorbing())).mean()
        of_play, of_gail = (torch.cat([pair[i] for pair in paid]).mean().item() for i in (0, 1))
        metrics |= {
            "extrinsic/reward": of_play,
            "gail/reward": of_gail,
            "critic/reward": of_play + of_gail,
            "gail/loss": entropy.item(),
        }
        return parts, entropies, metrics

    probe = t(draws.normal(1, WIDTH))
    kind.declare(probe)
    logit(probe)
    absorbing()
    before = weights.written()
    first = train(weights, kind, updates, update, share=0.2, rates={"gail": judge_rate})

    flat = lambda key: [step[key][0] for step in demonstrated]
    fixture(
        "sac-demonstrations",
        "SAC with demonstrations in the batch, GAIL beside the environment's reward, absorbing states and two-step returns.",
        weights,
        script,
        before,
        first,
        width=WIDTH,
        action={"continuous": 0, "discrete": branches, "masked": True},
        steps=steps,
        demonstrations={
            key: flat(key)
            for key in ("observations", "nextObservations", "discrete", "rewards", "terminated", "truncated")
        },
        settings={
            "hyperparameters": hyperparameters(
                100, B, length * E, updates, n_step=n, demonstration_share=0.5
            ),
            "reward_signals": {
                "extrinsic": {"gamma": GAMMA, "strength": extrinsic},
                "gail": {
                    "gamma": GAMMA,
                    "strength": imitation,
                    "learning_rate": judge_rate,
                    "absorbing_states": True,
                    "gradient_penalty": 0,
                    "network_settings": {"hidden_units": UNITS, "num_layers": LAYERS},
                },
            },
        },
    )


CASES = [n_step_returns, demonstrations]
