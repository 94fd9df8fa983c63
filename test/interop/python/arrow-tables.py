"""arrow-tables.py NAME TRUTH.jsonl: NAME.lerobot, .imitation, .rllib and .rllib-json against the episodes that they are of."""

import io
import json
import sys

import datasets
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

name, truth = sys.argv[1:]
episodes = [json.loads(line) for line in open(truth, encoding="utf-8")]
lengths = [len(episode["rewards"]) for episode in episodes]
stamp = episodes[0]["environment"]
continuous = stamp["action"]["continuous"] > 0


def same(what, found, expected, dtype):
    found, expected = np.asarray(found, dtype=dtype), np.asarray(expected, dtype=dtype)
    # as bytes, so that -0 is not 0
    assert found.tobytes() == expected.reshape(found.shape).tobytes(), what


def actions(episode):
    return [c + d for c, d in zip(episode["continuous"], episode["discrete"])]


def flat(rows):
    return np.concatenate([np.asarray(row).reshape(-1) for row in rows])


def pixels(value):
    """Numbers as they are; a picture channel by channel, from 0 to 1."""
    if not isinstance(value, dict):
        return value
    picture = np.atleast_3d(np.asarray(Image.open(io.BytesIO(value["bytes"]))))
    return picture.transpose(2, 0, 1).astype(np.float32) / np.float32(255)


# LeRobotDataset v3.0
root = f"{name}.lerobot"
info = json.load(open(f"{root}/meta/info.json"))
assert info["codebase_version"] == "v3.0" and info["total_frames"] == sum(lengths) and info["fps"] > 0
assert info["total_episodes"] == len(episodes) and info["splits"] == {"train": f"0:{len(episodes)}"}
data = pq.read_table(info["data_path"].format(chunk_index=0, file_index=0).join([f"{root}/", ""]))
assert data.column_names == list(info["features"])
for key, feature in info["features"].items():
    kind = data.schema.field(key).type
    if feature["dtype"] == "image":
        assert str(kind) == "struct<bytes: binary, path: string>", (key, kind)
        height, width, channels = feature["shape"]
        assert pixels(data[key][0].as_py()).shape == (channels, height, width), key
        continue
    if feature["shape"] != [1]:
        rows = data[key].combine_chunks()
        for size in feature["shape"]:
            assert pa.types.is_list(rows.type), (key, kind)
            assert set(rows.value_lengths().to_pylist()) == {size}, (key, feature)
            rows = rows.flatten()
        kind = rows.type
    assert str(kind).replace("double", "float64") in (feature["dtype"], {"float32": "float"}.get(feature["dtype"])), (key, kind)
same("index", data["index"], range(sum(lengths)), np.int64)
same("frame_index", data["frame_index"], [t for n in lengths for t in range(n)], np.int64)
same("episode_index", data["episode_index"], [i for i, n in enumerate(lengths) for _ in range(n)], np.int64)
same("timestamp", data["timestamp"], np.array([t for n in lengths for t in range(n)]) / info["fps"], np.float32)
observations = [key for key in info["features"] if key.startswith("observation.")]
rows = [flat([pixels(row[key]) for key in observations]) for row in data.select(observations).to_pylist()]
same("observation", rows, [o for e in episodes for o in e["observations"][:-1]], np.float32)
wide = np.float32 if continuous else np.int64
same("action", flat(data["action"].to_pylist()), flat([actions(e) for e in episodes]), wide)
same("next.reward", data["next.reward"], flat([e["rewards"] for e in episodes]), np.float32)
for key in ("terminated", "truncated"):
    expected = [e[key] and t == n - 1 for e, n in zip(episodes, lengths) for t in range(n)]
    assert data[f"next.{key}"].to_pylist() == expected, key
tasks = pd.read_parquet(f"{root}/meta/tasks.parquet")
assert tasks.index.tolist() == [stamp["id"]] and tasks.loc[stamp["id"]].task_index == 0
described = pq.read_table(f"{root}/meta/episodes/chunk-000/file-000.parquet").to_pylist()
ends = np.cumsum(lengths).tolist()
assert [row["dataset_to_index"] for row in described] == ends and [row["length"] for row in described] == lengths
stats = json.load(open(f"{root}/meta/stats.json"))
reward = data["next.reward"].to_numpy().astype(np.float64)
assert np.allclose(stats["next.reward"]["mean"], reward.mean()) and np.allclose(stats["next.reward"]["std"], reward.std())
assert np.allclose(stats["next.reward"]["q90"], np.quantile(reward, 0.9)) and stats["index"]["count"] == [sum(lengths)]
assert set(stats) == set(info["features"])

# RLlib
table = pq.read_table(f"{name}.rllib").to_pydict()
batches = [json.loads(line) for line in open(f"{name}.rllib-json")]
assert len(batches) == len(episodes) and all(batch["type"] == "SampleBatch" for batch in batches)
for key in ("obs", "new_obs", "actions", "rewards", "terminateds", "truncateds"):
    dtype = {"actions": wide, "terminateds": bool, "truncateds": bool}.get(key, np.float32)
    expected = {
        "obs": [o for e in episodes for o in e["observations"][:-1]],
        "new_obs": [o for e in episodes for o in e["observations"][1:]],
        "actions": [a for e in episodes for a in actions(e)],
        "rewards": [r for e in episodes for r in e["rewards"]],
    }.get(key)
    if expected is None:
        expected = [e[key[:-1]] and t == n - 1 for e, n in zip(episodes, lengths) for t in range(n)]
    same(key, table[key], expected, dtype)
    same(key, [row for batch in batches for row in batch[key]], expected, dtype)
assert table["t"] == [t for n in lengths for t in range(n)]
assert table["eps_id"] == [str(i) for batch in batches for i in batch["eps_id"]]
assert len(set(table["eps_id"])) == len(episodes)

# imitation, as its own loader begins
trajectories = datasets.load_from_disk(f"{name}.imitation")
assert len(trajectories) == len(episodes)
assert trajectories.column_names == ["obs", "acts", "infos", "terminal", "rews"]
for row, episode in zip(trajectories, episodes):
    same("obs", flat(row["obs"]), flat(episode["observations"]), np.float32)
    same("acts", flat(row["acts"]), flat(actions(episode)), wide)
    same("rews", row["rews"], episode["rewards"], np.float32)
    assert row["terminal"] is episode["terminated"] and len(row["infos"]) == len(row["rews"])
print(json.dumps({"frames": sum(lengths)}))
