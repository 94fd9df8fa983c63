"""minari-read.py ID TRUTH.jsonl: compares every value that Minari reads, and clones the player for one epoch.

The dataset lies in $MINARI_DATASETS_PATH/ID; its actions are discrete branches.
"""

import json
import sys

import minari
import numpy as np
from gymnasium.spaces import MultiDiscrete

identity, truth = sys.argv[1:]
dataset = minari.load_dataset(identity)
lines = [json.loads(line) for line in open(truth, encoding="utf-8")]
values = 0


def same(name, array, expected, dtype):
    global values
    assert array.dtype == dtype, (name, array.dtype)
    expected = np.asarray(expected, dtype=dtype).reshape(array.shape)
    # as bytes, so that -0 is not 0
    assert array.tobytes() == expected.tobytes(), name
    values += array.size


def columns(line):
    """The observations of a line by name, [T+1, ...] each."""
    flat = np.asarray(line["observations"], np.float32)
    offset, named = 0, {}
    for part in line["environment"]["observations"]:
        size = int(np.prod(part["shape"]))
        named[part["name"]] = flat[:, offset : offset + size].reshape(-1, *part["shape"])
        offset += size
    return named


assert dataset.total_episodes == len(lines) > 1
assert dataset.total_steps == sum(len(line["rewards"]) for line in lines)
for episode, line, metadata in zip(
    dataset.iterate_episodes(), lines, dataset.storage.get_episode_metadata(range(len(lines))), strict=True
):
    named = columns(line)
    found = episode.observations if len(named) > 1 else {next(iter(named)): episode.observations}
    assert found.keys() == named.keys()
    for name, expected in named.items():
        same(name, found[name], expected, np.float32)
    same("actions", episode.actions, line["discrete"], np.int64)
    same("rewards", episode.rewards, line["rewards"], np.float32)
    steps = len(line["rewards"])
    same("terminations", episode.terminations, [False] * (steps - 1) + [line["terminated"]], np.bool_)
    same("truncations", episode.truncations, [False] * (steps - 1) + [line["truncated"]], np.bool_)
    same("time_us", episode.infos["time_us"][1:], line["timesUs"], np.float64)
    if "masks" in line:
        same("action_mask", episode.infos["action_mask"][:-1], line["masks"], np.int8)
    assert metadata["seed"] == line["seed"] and metadata["total_steps"] == steps
    example = {name: array[0] for name, array in found.items()}
    assert dataset.observation_space.contains(example if len(named) > 1 else episode.observations[0])
    assert all(dataset.action_space.contains(action) for action in episode.actions)

dataset.set_seed(3)
sampled = list(dataset.sample_episodes(2))
assert len(sampled) == 2
ended = dataset.filter_episodes(lambda episode: bool(episode.terminations[-1]))
assert ended.total_episodes == sum(line["terminated"] for line in lines)

# Behavioural cloning of the first branch: one pass of softmax regression over the steps in random order.
inputs, choices = [], []
for episode in dataset:
    parts = episode.observations.values() if isinstance(episode.observations, dict) else [episode.observations]
    flat = np.concatenate([part[:-1].reshape(len(part) - 1, -1) for part in parts], axis=1)
    inputs.append(np.hstack([flat, np.ones((len(flat), 1))]))
    choices.append(episode.actions.reshape(len(episode.actions), -1)[:, 0])
x, y = np.concatenate(inputs), np.concatenate(choices)
scale = np.maximum(np.abs(x).max(axis=0), 1e-6)
x = x / scale
space = dataset.action_space
weights = np.zeros((x.shape[1], space.nvec[0] if isinstance(space, MultiDiscrete) else space.n))


def loss():
    logits = x @ weights
    logits -= logits.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(y)), y]))


before = loss()
for i in np.random.default_rng(0).permutation(len(x)):
    logits = x[i] @ weights
    p = np.exp(logits - logits.max())
    p /= p.sum()
    p[y[i]] -= 1
    weights -= 0.5 / max(1.0, x[i] @ x[i]) * np.outer(x[i], p)
after = loss()
assert after < before, (before, after)
print(json.dumps({"episodes": len(lines), "values": values, "before": before, "after": after}))
