"""Behavioural cloning: the likelihood of what was done (Pomerleau 1991), by AdamW (Loshchilov and Hutter 2019); an action at its
bound stands for all that the Gaussian has beyond it (Tobin 1958). docs/algorithms/bc.md lists what is ours.
"""

import math

import numpy as np
import torch
from nets import Adam, Draws, Weights, body, dense, log_softmax, plays, t, write

UNITS, LAYERS, RATE, DECAY, UPDATES = 5, 2, 0.02, 0.5, 3
EDGE, LEAST_SPREAD = 0.99, 0.05


def log_density(action, mean, log_std):
    """Of tanh(u), u Gaussian: 1801.01290, Eq. 21; [B, C]."""
    u = torch.atanh(action)
    z = (u - mean) / torch.exp(log_std)
    return -0.5 * z**2 - log_std - 0.5 * math.log(2 * math.pi) - torch.log(1 - action**2)


def log_share_below(z):
    """
    log Phi(z) by Page's fit (1977, Applied Statistics 26, 75-76), Phi = (1 + tanh y) / 2, which is what is fitted with; the tail
    below -3 falls as the density does.
    """
    near = torch.clamp(z, -3, 6)
    share = torch.sigmoid(2 * 0.7988 * near * (1 + 0.04417 * near**2))
    assert torch.all(torch.abs(share - torch.special.ndtr(near)) < 1.5e-4)
    return torch.log(share) - (torch.clamp(z, max=-3) ** 2 - 9) / 2


def bounded_log_prob(action, mean, log_std):
    limit, std = math.atanh(EDGE), torch.exp(log_std)
    inside = log_density(torch.clamp(action, -EDGE, EDGE), mean, log_std)
    above, below = log_share_below((mean - limit) / std), log_share_below((-limit - mean) / std)
    return torch.where(action >= EDGE, above, torch.where(action <= -EDGE, below, inside)).sum(1)


def case(name, about, seed, *, C=0, sizes=(), B=5, length=8, log_std=None, bounds=(), normalize=False):
    """``log_std`` is where the spread begins; ``bounds`` are pairs (row, value) of a first action that is at its bound."""

    def make():
        draws = Draws(seed)
        width = 3
        steps = plays(draws, UPDATES, 1, width, continuous=C, discrete=sizes)
        shown = {
            "observations": draws.normal(length, width).tolist(),
            "nextObservations": draws.normal(length, width).tolist(),
            "rewards": draws.normal(length).tolist(),
            "terminated": [0] * length,
            "truncated": [0] * length,
        }
        if C > 0:
            actions = np.float32(np.tanh(draws.normal(length, C))).astype(np.float64)
            actions = np.clip(actions, -0.98, 0.98)
            for row, value in bounds:
                actions[row, 0] = value
            shown["continuous"] = np.float32(actions).astype(np.float64).tolist()
        if sizes:
            shown["discrete"] = [[draws.below(size, 1)[0] for size in sizes] for _ in range(length)]
        weights = Weights(draws)
        drawn = draws.below(length, B * UPDATES)

        def see(x):
            """By mean and variance of what was shown, and of one observation of 0 with variance 1; clipped at 5."""
            if not normalize:
                return x
            known = torch.cat([torch.zeros(1, width), t(shown["observations"])])
            mean = known.mean(0)
            variance = (1 + ((known - mean) ** 2).sum(0)) / len(known)
            return torch.clamp((x - mean) / torch.sqrt(variance + 1e-8), -5, 5)

        def policy(x):
            x, log_p, mean, spread = see(x), None, None, None
            if sizes:
                h = body(weights, "policy", "policy", x, UNITS, LAYERS)
                log_p = log_softmax(dense(weights, "policy", "policy/out0", h, math.prod(sizes)))
            if C > 0:
                h = body(weights, "policy", "policy/continuous", x, UNITS, LAYERS)
                mean = dense(weights, "policy", "policy/mean", h, C)
                spread = torch.clamp(dense(weights, "policy", "policy/log-std", h, C), -20, 2)
            return log_p, mean, spread

        policy(t(draws.normal(1, width)))
        if log_std is not None:
            with torch.no_grad():
                weights.sets["policy"]["policy/log-std/bias"].fill_(log_std)
        before = weights.written()
        adam = Adam(weights.of("policy"), RATE, decay=DECAY)
        first = None
        for k in range(UPDATES):
            rows = drawn[k * B : (k + 1) * B]
            column = lambda key, rows=rows: t([shown[key][row] for row in rows])
            log_p, mean, spread = policy(column("observations"))
            loss, entropy = torch.zeros(()), torch.zeros(())
            if sizes:
                joint = torch.tensor(
                    [int(np.ravel_multi_index(shown["discrete"][row], sizes)) for row in rows]
                )
                loss = loss - log_p[torch.arange(B), joint].mean()
                entropy = entropy - (torch.exp(log_p) * log_p).sum(1).mean()
            if C > 0:
                floored = torch.maximum(spread, t(math.log(LEAST_SPREAD)))
                loss = loss - bounded_log_prob(column("continuous"), mean, floored).mean()
                loss = loss + ((floored - spread) ** 2).mean()
                entropy = entropy + (spread + 0.5 * math.log(2 * math.pi * math.e)).sum(1).mean()
                if not bounds and log_std is not None:
                    assert 0 < (floored != spread).sum() < B * C, f"{name}: the floor divides nothing"
            gradients = weights.gradients({"policy": loss})
            metrics = {"loss/cloning": loss.item(), "policy/entropy": entropy.item()}
            first = first or (weights.name_gradients(gradients), metrics)
            adam.step(gradients["policy"])

        write(
            name,
            {
                "about": about,
                "observations": [{"name": "state", "shape": [width]}],
                "action": {"continuous": C, "discrete": list(sizes)},
                "numEnvs": 1,
                "settings": {
                    "trainer_type": "bc",
                    "hyperparameters": {
                        "batch_size": B,
                        "learning_rate": RATE,
                        "weight_decay": DECAY,
                        "updates_per_step": 1,
                    },
                    "network_settings": {"hidden_units": UNITS, "num_layers": LAYERS, "normalize": normalize},
                },
                "once": {"updates_per_step": 1 / UPDATES},
                "demonstrations": shown,
                "weights": before,
                "steps": steps,
                "draws": {"below": drawn},
                "expected": {"metrics": first[1], "gradients": first[0], "weights": weights.written()},
            },
        )

    return make


CASES = [
    case("bc-discrete", "Cross-entropy of the combination of two branches; AdamW.", 21, sizes=(2, 3)),
    case(
        "bc-continuous",
        "Likelihood of a tanh-squashed Gaussian (1801.01290, Eq. 21), whose spread is drawn back to its floor; AdamW.",
        22,
        C=2,
        log_std=-3.0,
    ),
    case(
        "bc-bounds",
        "Likelihood of a tanh-squashed Gaussian with actions at their bounds (Tobin 1958), by Page's fit of Phi (1977).",
        23,
        C=1,
        bounds=((0, 1.0), (1, -1.0), (2, 0.995), (3, -0.992)),
        log_std=-1.0,
    ),
    case(
        "bc-mixed",
        "Cross-entropy and likelihood of the whole action, observations normalised by the statistics of what was shown; AdamW.",
        24,
        C=1,
        sizes=(3,),
        normalize=True,
    ),
]
