"""Cases of proximal policy optimisation, which ppo_learner.py computes."""

from nets import Draws, plays, write
from ppo_learner import LAYERS, UNITS, Learner


def case(name, about, learner=Learner, *, seed, length, buffers=1, once, ends=(), cuts=(), **options):
    """``buffers`` times ``length`` steps; the policy draws continuous actions itself, and discrete ones are given."""

    def make():
        draws = Draws(seed)
        masked, discrete = options.get("masked", False), options.get("discrete", ())
        steps = plays(
            draws, length * buffers, options["E"], options["width"], discrete=discrete, masked=masked, ends=ends, cuts=cuts
        )
        for at in range(length - 1, len(steps), length):
            steps[at]["update"] = True
        alone = learner(seed, **{**options, "hyper": {**options["hyper"], **once}})
        before = alone.weights.written()
        metrics, gradients = alone.play(steps, True)
        whole = learner(seed, **options)
        whole.play(steps, False)
        # where the policy is held at first, nothing is clipped then
        tried = whole if "policy_init_buffers" in options["hyper"] else alone
        assert tried.ratio_clipped, f"{name}: no ratio is clipped"
        assert options["hyper"].get("value_clip") == "none" or tried.value_clipped, f"{name}: no value is clipped"
        write(
            name,
            {
                "about": f"{about} Metrics are means over the minibatches of an update, gradients those of its last.",
                "observations": [{"name": "state", "shape": [options["width"]]}],
                "action": {"continuous": whole.C, "discrete": list(whole.sizes), "masked": whole.masked},
                "numEnvs": whole.E,
                "settings": {
                    "trainer_type": "ppo",
                    "hyperparameters": {**whole.hyper, "buffer_size": length * whole.E},
                    **whole.settings,
                },
                **whole.given(),
                "once": once,
                "weights": before,
                "steps": steps,
                "acting": whole.normal,
                "draws": {"below": whole.below},
                "expected": {
                    "metrics": metrics,
                    "gradients": gradients,
                    "weights": {key: set_ for key, set_ in whole.weights.written().items() if key != "rnd"},
                    "acted": whole.acted,
                },
            },
        )

    return make


def network(**more):
    return {"hidden_units": UNITS, "num_layers": LAYERS, **more}


TANH = {"activation": "tanh"}

CASES = [
    case(
        "ppo-discrete",
        "PPO with masked branches, one categorical over their combinations: 1707.06347, Eqs. 7, 9, 11, 12; V clipped by epsilon.",
        seed=11,
        length=6,
        E=2,
        width=3,
        discrete=(2, 3),
        masked=True,
        ends={(1, 0)},
        cuts={(3, 1)},
        hyper={
            "batch_size": 5,
            "num_epoch": 3,
            "learning_rate": 0.1,
            "beta": 0.05,
            "epsilon": 0.2,
            "lambd": 0.8,
        },
        once={"num_epoch": 2},
        settings={
            "network_settings": network(),
            "reward_signals": {"extrinsic": {"gamma": 0.9}},
            "time_horizon": 3,
            "max_steps": 30,
        },
    ),
    case(
        "ppo-continuous",
        "PPO with clip(u, -3, 3) / 3 of a Gaussian with a free deviation, and two value heads with a discount each; rewards are "
        "divided by the deviation of their discounted sum, the second ones are those of 1810.12894.",
        seed=12,
        length=4,
        buffers=2,
        E=3,
        width=3,
        continuous=2,
        spread=1.6,
        ends={(1, 0), (5, 2)},
        cuts={(2, 1)},
        hyper={
            "batch_size": 6,
            "num_epoch": 2,
            "learning_rate": 0.05,
            "beta": 0.05,
            "epsilon": 0.2,
            "lambd": 0.9,
            "adam_epsilon": 1e-3,
            "normalize_reward": True,
            "value_clip": "none",
            "learning_rate_schedule": "constant",
            "beta_schedule": "linear",
        },
        once={"num_epoch": 1},
        settings={
            "network_settings": network(network_options=TANH),
            "reward_signals": {
                "extrinsic": {"gamma": 0.9, "strength": 2},
                "rnd": {"gamma": 0.6, "strength": 0.1, "network_settings": {"hidden_units": 3, "num_layers": 1}},
            },
            "max_steps": 40,
        },
    ),
    case(
        "ppo-mixed",
        "PPO with masked branches too many to be one categorical, beside continuous actions; V clipped by epsilon deviations of the "
        "returns; observations normalised by the statistics of the first buffer, which was played without.",
        seed=13,
        length=4,
        buffers=2,
        E=2,
        width=3,
        continuous=1,
        discrete=(16, 17),
        masked=True,
        spread=2.5,
        ends={(2, 0)},
        cuts={(1, 1)},
        hyper={
            "batch_size": 4,
            "num_epoch": 2,
            "learning_rate": 0.03,
            "beta": 0.02,
            "epsilon": 0.3,
            "lambd": 0.7,
            "adam_epsilon": 1e-5,
            "value_clip": "range",
            "epsilon_schedule": "constant",
        },
        once={"num_epoch": 1},
        settings={
            "network_settings": network(normalize=True, network_options=TANH),
            "reward_signals": {"extrinsic": {"gamma": 0.8}},
            "max_steps": 100,
        },
    ),
]
