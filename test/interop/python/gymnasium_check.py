"""Checks the environments with Gymnasium's own checker, compares traces bit for bit, and measures.

Argument: JSON list of {id, kwargs, file}, file.json and file.f32 as test/interop/trace.ts writes them.
"""

import json
import sys
import time
import warnings
from pathlib import Path

import gymnasium
import numpy as np
import understudy_gym  # noqa: F401, registers the ids
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode, VectorEnv


def flat(env, observation):
    """All observations one behind the other, as Understudy has them."""
    names = [part.name for part in env.unwrapped.understudy_spec.observations]
    parts = [observation[name] for name in names] if len(names) > 1 else [observation]
    return np.concatenate([part.ravel() for part in parts])


def replay(trace):
    """Steps one environment through a trace; returns steps and values compared."""
    env = gymnasium.make(f"understudy/{trace['id']}", **trace["kwargs"])
    moments = json.loads(Path(f"{trace['file']}.json").read_text())
    expected = np.fromfile(f"{trace['file']}.f32", "<f4").reshape(len(moments), -1)
    steps = 0
    for moment, row in zip(moments, expected, strict=True):
        if "seed" in moment:
            observation, info = env.reset(seed=moment["seed"])
            assert info["seed"] == moment["seed"]
        else:
            continuous = np.array(moment["continuous"], np.float32)
            discrete = np.array(moment["discrete"])
            if len(discrete) == 0:
                low, high = np.array(env.unwrapped.understudy_spec.units.ranges).T
                exact = continuous.astype(np.float64)
                action = (low + (exact + 1.0) * 0.5 * (high - low)).astype(np.float32)
            else:
                action = discrete if len(discrete) > 1 else int(discrete[0])
            observation, reward, terminated, truncated, _ = env.step(action)
            given = (reward, terminated, truncated)
            assert given == (moment["reward"], moment["terminated"], moment["truncated"]), moment
            steps += 1
        found = flat(env, observation)
        assert found.dtype == np.float32
        assert found.tobytes() == row.tobytes(), f"{trace['id']}: another observation at step {steps}"
    env.close()
    return steps, expected.size


def check(name, **kwargs):
    """Runs check_env, to which a warning is an error."""
    env = gymnasium.make(f"understudy/{name}", **kwargs)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # Pendulum has torques from -2 to 2, here as in Gymnasium's own.
        warnings.filterwarnings("ignore", message=".*symmetric and normalized space")
        check_env(env.unwrapped)
    env.close()
    return f"{name} {kwargs}"


def per_second(count, seconds=3):
    """Steps per second of Bubble with random actions that were drawn before."""
    if count == 1:
        env = gymnasium.make("understudy/Bubble-v0", level=25)
    else:
        env = gymnasium.make_vec(
            "understudy/Bubble-v0", num_envs=count, level=25, vectorization_mode="vector_entry_point"
        )
        assert isinstance(env.unwrapped, VectorEnv)
        assert env.metadata["autoreset_mode"] == AutoresetMode.NEXT_STEP
    actions = [env.action_space.sample() for _ in range(100)]
    env.reset(seed=1)
    began = time.perf_counter()
    steps = 0
    while time.perf_counter() - began < seconds:
        _, _, terminated, truncated, _ = env.step(actions[steps % 100])
        steps += 1
        if count == 1 and (terminated or truncated):
            env.reset()
    elapsed = time.perf_counter() - began
    env.close()
    return round(steps * count / elapsed)


def main():
    compared = [replay(trace) for trace in json.loads(sys.argv[1])]
    report = {
        "checked": [
            check("Bubble-v0", level=25),
            check("Bubble-v0", action="continuous", observation="grid"),
            check("Basic-v0"),
            check("Grid-v0", goal="either"),
            check("Recall-v0"),
            check("CartPole-v0"),
            check("Pendulum-v0"),
        ],
        "steps": sum(steps for steps, _ in compared),
        "values": sum(values for _, values in compared),
        "speed": {str(count): per_second(count) for count in (1, 16, 64)},
    }
    print(json.dumps(report))


main()
