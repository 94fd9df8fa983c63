"""What falls during a run of SAC: the step size of policy and critics to 0 at max_steps, the target entropy from one share of its
scale to another; and what stays at first, the policy and its temperature.
"""

from nets import Draws, Weights, plays, t
from soft import RATE, Categorical, Script, fixture, hyperparameters, losses, train

GAMMA, E, WIDTH, BATCH, LENGTH, UPDATES = 0.9, 2, 3, 4, 5, 3
MOST, FROM, TO, OVER, IDLE, BOUND = 25, 0.9, 0.3, 40, 1, 2.0


def schedules():
    draws = Draws(51)
    branches = [4]
    total = LENGTH * E
    steps = plays(draws, LENGTH, E, WIDTH, discrete=branches, ends={(2, 0)})
    weights, script = Weights(draws), Script(draws)
    kind = Categorical(weights, branches, bound=BOUND)

    def update(alphas):
        chosen = [divmod(i, E) for i in script.below(total, BATCH)]
        column = lambda key: t([steps[at][key][e] for at, e in chosen])
        batch = {
            "s": column("observations"),
            "a": column("discrete"),
            "s_next": column("nextObservations"),
            "d": column("terminated"),
            "returns": [column("rewards")],
            "factors": [GAMMA],
        }
        return losses(kind, script, alphas, batch)

    kind.declare(t(draws.normal(1, WIDTH)))
    before = weights.written()
    share = FROM + (TO - FROM) * total / OVER
    first = train(weights, kind, UPDATES, update, share, rate=RATE * (1 - total / MOST), idle=IDLE)

    fixture(
        "sac-schedules",
        "SAC with a linear step size, a target entropy on its way, logits bounded at 2, and a policy that waits for one update.",
        weights,
        script,
        before,
        first,
        width=WIDTH,
        action={"continuous": 0, "discrete": branches},
        steps=steps,
        settings={
            "hyperparameters": hyperparameters(
                100,
                BATCH,
                total,
                UPDATES,
                learning_rate_schedule="linear",
                target_entropy_start=FROM,
                target_entropy_end=TO,
                target_entropy_anneal_steps=OVER,
                policy_init_updates=IDLE,
                logit_bound=BOUND,
            ),
            "reward_signals": {"extrinsic": {"gamma": GAMMA}},
            "max_steps": MOST,
        },
    )


CASES = [schedules]
