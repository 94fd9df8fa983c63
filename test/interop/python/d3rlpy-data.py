"""d3rlpy-data.py NAME...: what d3rlpy makes of NAME.d4rl.hdf5 and datasets/NAME-v0, against NAME.jsonl; it clones from the last."""

import json
import os
import sys

import d3rlpy
import h5py
import minari
import numpy as np
import torch

STEPS, EVERY = 200, 20
values = 0


def same(what, found, expected):
    global values
    found, expected = np.asarray(found), np.asarray(expected)
    expected = expected.astype(np.float32 if expected.dtype.kind == "f" else found.dtype)
    assert found.dtype.kind == expected.dtype.kind, (what, found.dtype)
    assert found.shape == expected.shape, (what, found.shape, expected.shape)
    assert found.astype(expected.dtype).tobytes() == expected.tobytes(), what
    values += found.size


def actions_of(line):
    return [c + d for c, d in zip(line["continuous"], line["discrete"], strict=True)]


def compare(found, lines, shape):
    assert len(found.episodes) == len(lines)
    for episode, line in zip(found.episodes, lines, strict=True):
        steps = len(line["rewards"])
        assert episode.size() == steps and bool(episode.terminated) is line["terminated"]
        same("observations", episode.observations, np.reshape(line["observations"][:-1], (steps, *shape)))
        same("actions", episode.actions, actions_of(line))
        same("rewards", episode.rewards, np.reshape(line["rewards"], (steps, 1)))


def by_minari(dataset):
    """d3rlpy has a row per action, Minari one more observation."""
    return d3rlpy.dataset.create_infinite_replay_buffer(
        [
            d3rlpy.dataset.Episode(
                observations=episode.observations[:-1],
                actions=episode.actions.reshape(len(episode.rewards), -1),
                rewards=episode.rewards.reshape(-1, 1),
                terminated=bool(episode.terminations[-1]),
            )
            for episode in dataset
        ]
    )


def check_get_minari(name, lines):
    """That its own way shifts the observations is said on the page, which shall stay true."""
    os.environ["MINARI_DATASETS_PATH"] = os.path.abspath("datasets")
    found, _ = d3rlpy.datasets.get_minari(f"{name}-v0")
    for i, (episode, line) in enumerate(zip(found.episodes, lines, strict=True)):
        right = np.array_equal(episode.observations, np.float32(line["observations"][:-1]))
        assert right == (i == 0), "get_minari no longer shifts the observations"


episodes = 0
for name in sys.argv[1:]:
    lines = [json.loads(line) for line in open(f"{name}.jsonl", encoding="utf-8")]
    stamp = lines[0]["environment"]
    episodes += len(lines)
    with h5py.File(f"{name}.d4rl.hdf5") as file:
        columns = {key: file[key][()] for key in ("observations", "actions", "rewards", "terminals", "timeouts")}
    # As d3rlpy.datasets.get_d4rl does it with what an environment of D4RL gives.
    buffer = d3rlpy.dataset.MDPDataset(**columns)
    info = buffer.dataset_info
    if stamp["action"]["continuous"] == 0:
        assert info.action_space == d3rlpy.ActionSpace.DISCRETE
    else:
        assert info.action_space == d3rlpy.ActionSpace.CONTINUOUS
        assert info.action_size == stamp["action"]["continuous"]
    compare(buffer, lines, (-1,))
    compare(by_minari(minari.MinariDataset(f"datasets/{name}-v0/data")), lines, stamp["observations"][0]["shape"])
    # d3rlpy's own file of them.
    with open(f"{name}.d3rlpy.h5", "w+b") as file:
        buffer.dump(file)
    with open(f"{name}.d3rlpy.h5", "rb") as file:
        compare(d3rlpy.dataset.ReplayBuffer.load(file, d3rlpy.dataset.InfiniteBuffer()), lines, (-1,))
    if stamp["id"].startswith("gym:"):
        check_get_minari(name, lines)

torch.set_num_threads(1)
d3rlpy.seed(1)
# Without its regularisation, so that the loss is that of the cloning alone.
losses = [
    metrics["loss"]
    for _, metrics in d3rlpy.algos.DiscreteBCConfig(batch_size=32, beta=0)
    .create(device="cpu:0")
    .fit(
        buffer,
        n_steps=STEPS,
        n_steps_per_epoch=EVERY,
        logger_adapter=d3rlpy.logging.NoopAdapterFactory(),
        show_progress=False,
    )
]
print(json.dumps({"episodes": episodes, "values": values, "losses": losses}))
