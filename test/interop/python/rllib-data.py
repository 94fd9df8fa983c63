"""rllib-data.py NAME...: RLlib reads NAME.parquet and NAME.rllib.json; its own episodes against NAME.jsonl, value by value."""

import json
import sys
import tempfile
from types import SimpleNamespace

import numpy as np
import ray.data
from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.rllib.offline.json_reader import JsonReader
from ray.rllib.offline.offline_prelearner import OfflinePreLearner

# All of OfflinePreLearner that is asked here. Its constructor builds the network too, for which it needs torch.
LEARNER = SimpleNamespace(config=AlgorithmConfig())
episodes = values = 0


def same(what, found, expected, kind):
    """In the kind of number that the learner needs: whole floats that came as integers would stop it."""
    global values
    found = np.asarray(found)
    assert found.dtype.kind == kind, (what, found.dtype)
    narrow = np.float32 if kind == "f" else found.dtype
    expected = np.asarray(expected, narrow)
    assert found.shape == expected.shape, (what, found.shape, expected.shape)
    assert found.astype(narrow).tobytes() == expected.tobytes(), what
    values += found.size


def actions_of(line):
    """The rows of actions, and the kind of their numbers."""
    rows = [c + d for c, d in zip(line["continuous"], line["discrete"], strict=True)]
    action = line["environment"]["action"]
    alone = action["continuous"] == 0 and len(action["discrete"]) == 1
    return [row[0] for row in rows] if alone else rows, "f" if action["continuous"] > 0 else "i"


def ends(line, flag):
    return [False] * (len(line["rewards"]) - 1) + [line[flag]]


def by_json_reader(name, lines):
    """What the older algorithms are given, a batch per line. Returns the numbers of the episodes."""
    numbers = []
    for batch, line in zip(JsonReader(f"{name}.rllib.json").read_all_files(), lines, strict=True):
        (episode,) = batch.split_by_episode()
        assert episode["t"].tolist() == list(range(len(line["rewards"])))
        same("obs", episode["obs"], line["observations"][:-1], "f")
        same("new_obs", episode["new_obs"], line["observations"][1:], "f")
        same("actions", episode["actions"], *actions_of(line))
        same("rewards", episode["rewards"], line["rewards"], "f")
        for flag in ("terminated", "truncated"):
            same(flag, episode[f"{flag}s"], ends(line, flag), "b")
        numbers.append(str(episode["eps_id"][0]))
    assert len(set(numbers)) == len(lines)
    return numbers


def mapped(dataset, read):
    """The episodes that OfflinePreLearner makes of a dataset."""
    for batch in dataset.iter_batches(batch_size=None, batch_format="numpy"):
        yield from read(LEARNER, batch, to_numpy=True)["episodes"]


def by_parquet(name, lines, numbers):
    """A row becomes an episode of one step."""
    parts = {number: [] for number in numbers}
    for step in mapped(ray.data.read_parquet(f"{name}.parquet"), OfflinePreLearner._map_to_episodes):
        parts[step.id_].append(step)
    for number, line in zip(numbers, lines, strict=True):
        steps = parts[number]
        seen = [np.asarray(step.get_observations()) for step in steps]
        assert seen[0].dtype == np.float32
        same("obs", [row[0] for row in seen], line["observations"][:-1], "f")
        same("new_obs", [row[1] for row in seen], line["observations"][1:], "f")
        same("actions", [step.get_actions()[0] for step in steps], *actions_of(line))
        same("rewards", [step.get_rewards()[0] for step in steps], line["rewards"], "f")
        for flag in ("terminated", "truncated"):
            same(flag, [bool(getattr(step, f"is_{flag}")) for step in steps], ends(line, flag), "b")


def rows(found):
    """RLlib leaves a column of lists as it is."""
    return np.stack(found) if np.ndim(found[0]) > 0 else np.asarray(found)


def by_json(name, lines, numbers):
    """A line becomes a whole episode."""
    dataset = ray.data.read_json(f"{name}.rllib.json")
    whole = {episode.id_: episode for episode in mapped(dataset, OfflinePreLearner._map_sample_batch_to_episode)}
    assert whole.keys() == set(numbers)
    for number, line in zip(numbers, lines, strict=True):
        episode = whole[number]
        same("obs", rows(episode.get_observations()), line["observations"], "f")
        same("actions", rows(episode.get_actions()), *actions_of(line))
        same("rewards", rows(episode.get_rewards()), line["rewards"], "f")
        assert [episode.is_terminated, episode.is_truncated] == [line["terminated"], line["truncated"]]


# Ray keeps its files for later, and its sockets need a short path.
with tempfile.TemporaryDirectory(prefix="ray", dir="/tmp") as folder:
    ray.init(num_cpus=2, include_dashboard=False, logging_level="error", log_to_driver=False, _temp_dir=folder)
    for name in sys.argv[1:]:
        lines = [json.loads(line) for line in open(f"{name}.jsonl", encoding="utf-8")]
        episodes += len(lines)
        numbers = by_json_reader(name, lines)
        by_parquet(name, lines, numbers)
        by_json(name, lines, numbers)
    ray.shutdown()
print(json.dumps({"episodes": episodes, "values": values}))
