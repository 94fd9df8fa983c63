"""d4rl-data.py NAME...: D4RL loads NAME.d4rl.hdf5 and parts it as its users do, compared with NAME.jsonl value by value."""

import json
import sys

import d4rl
import gym
import numpy as np
from d4rl.offline_env import OfflineEnv

episodes = values = 0


def same(what, found, expected, dtype):
    global values
    assert found.dtype == dtype, (what, found.dtype)
    expected = np.asarray(expected, dtype)
    assert found.shape == expected.shape, (what, found.shape, expected.shape)
    assert found.tobytes() == expected.tobytes(), what
    values += found.size


def environment_of(stamp):
    """One whose spaces D4RL holds the file against."""
    environment = OfflineEnv()
    shapes = [part["shape"] for part in stamp["observations"]]
    shape = shapes[0] if len(shapes) == 1 else (sum(int(np.prod(part)) for part in shapes),)
    environment.observation_space = gym.spaces.Box(-np.inf, np.inf, shape, np.float32)
    continuous, branches = stamp["action"]["continuous"], stamp["action"]["discrete"]
    if continuous > 0:
        low, high = np.transpose(stamp["action"]["units"]["ranges"]).astype(np.float32)
        environment.action_space = gym.spaces.Box(low, high, dtype=np.float32)
    elif len(branches) == 1:
        environment.action_space = gym.spaces.Discrete(branches[0])
    else:
        environment.action_space = gym.spaces.MultiDiscrete(branches)
    return environment


def actions_of(line, space):
    rows = [c + d for c, d in zip(line["continuous"], line["discrete"], strict=True)]
    return np.reshape(rows, (len(rows), *space.shape))


for name in sys.argv[1:]:
    lines = [json.loads(line) for line in open(f"{name}.jsonl", encoding="utf-8")]
    environment = environment_of(lines[0]["environment"])
    space = environment.action_space
    kind = np.float32 if isinstance(space, gym.spaces.Box) else np.int32
    dataset = environment.get_dataset(h5path=f"{name}.d4rl.hdf5")
    parts = list(d4rl.sequence_dataset(environment, dataset))
    for part, line in zip(parts, lines, strict=True):
        steps = len(line["rewards"])
        seen = np.reshape(line["observations"], (-1, *environment.observation_space.shape))
        same("observations", part["observations"], seen[:-1], np.float32)
        same("next_observations", part["next_observations"], seen[1:], np.float32)
        same("actions", part["actions"], actions_of(line, space), kind)
        same("rewards", part["rewards"], line["rewards"], np.float32)
        for key, flag in (("terminals", "terminated"), ("timeouts", "truncated")):
            same(key, part[key], [False] * (steps - 1) + [line[flag]], np.bool_)
    episodes += len(parts)

    # D4RL leaves out the last row of the file, and those at which an episode was cut off.
    learned = d4rl.qlearning_dataset(environment, dataset)
    kept = np.flatnonzero(~dataset["timeouts"][:-1])
    same("kept observations", learned["observations"], dataset["observations"][kept], np.float32)
    same("kept actions", learned["actions"], dataset["actions"][kept], np.float32)
    same("kept rewards", learned["rewards"], dataset["rewards"][kept], np.float32)
    same("kept terminals", learned["terminals"], dataset["terminals"][kept], np.bool_)
    going_on = np.flatnonzero(~learned["terminals"])
    expected = dataset["next_observations"][kept][going_on]
    same("kept next_observations", learned["next_observations"][going_on], expected, np.float32)
print(json.dumps({"episodes": episodes, "values": values}))
