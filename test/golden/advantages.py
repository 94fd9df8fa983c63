"""Generalised advantages over a buffer whose environments step unevenly: Schulman et al. 2016 (arXiv:1506.02438), Eq. 16; after a
true end an absorbing state pays for ever (Kostrikov et al. 2018, arXiv:1809.02925), or nothing does.
"""

import numpy as np
from nets import Draws, write
from ppo_learner import advantages

SIGNALS = [
    {"name": "first", "gamma": 0.9, "strength": 1.0, "absorbing": None},
    {"name": "second", "gamma": 0.6, "strength": 0.5, "absorbing": -0.7},
]
LAMBDA = 0.8
# whose step each row is, and how it ends: by the rules, by a limit, or because the buffer is full
ENVIRONMENTS = [0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0]
ENDED, CUT = {2, 6}, {5, 8}


def uneven():
    draws = Draws(41)
    N, S, E = len(ENVIRONMENTS), len(SIGNALS), 2
    last = {max(i for i in range(N) if ENVIRONMENTS[i] == e) for e in range(E)}
    rewards, values, after = (draws.normal(N, S) for _ in range(3))
    total, returns = np.zeros(N), np.zeros((N, S))
    for s, signal in enumerate(SIGNALS):
        gamma = signal["gamma"]
        for e in range(E):
            rows = [i for i in range(N) if ENVIRONMENTS[i] == e]
            following = []
            for at, i in enumerate(rows):
                if i in ENDED:
                    paid = signal["strength"] * (signal["absorbing"] or 0)
                    following.append(sum(paid * gamma**k for k in range(1000)))
                elif i in CUT | last:
                    following.append(after[i, s])
                else:
                    following.append(values[rows[at + 1], s])
            cuts = [i in ENDED | CUT | last for i in rows]
            found = advantages(rewards[rows, s], values[rows, s], following, cuts, gamma, LAMBDA)
            total[rows] += found
            returns[rows, s] = found + values[rows, s]
    write(
        "parts/advantages",
        {
            "signals": SIGNALS,
            "lambda": LAMBDA,
            "environments": ENVIRONMENTS,
            "terminated": [int(i in ENDED) for i in range(N)],
            "cut": [int(i in ENDED | CUT) for i in range(N)],
            "rewards": rewards.tolist(),
            "values": values.tolist(),
            "valuesAfter": after.tolist(),
            "expected": {
                "advantages": ((total - total.mean()) / total.std()).tolist(),
                "returns": returns.tolist(),
                "metrics": {f"{signal['name']}/reward": rewards[:, s].mean() for s, signal in enumerate(SIGNALS)},
            },
        },
    )


CASES = [uneven]
