"""h5py-layouts.py ROBOMIMIC.hdf5 D4RL.hdf5 TRUTH.jsonl: both files against their documented layouts, value by value."""

import json
import sys

import h5py
import numpy as np

robomimic, d4rl, truth = sys.argv[1:]
lines = [json.loads(line) for line in open(truth, encoding="utf-8")]
values = 0


def same(name, array, expected, dtype):
    global values
    assert array.dtype == dtype, (name, array.dtype)
    expected = np.asarray(expected, dtype=dtype)
    assert array.shape == expected.shape, (name, array.shape, expected.shape)
    assert array.tobytes() == expected.tobytes(), name
    values += array.size


def one_hot(line):
    sizes = line["environment"]["action"]["discrete"]
    rows = [np.concatenate([np.eye(size)[i] for i, size in zip(row, sizes, strict=True)]) for row in line["discrete"]]
    return np.hstack([np.asarray(line["continuous"]).reshape(len(rows), -1), rows])


# https://robomimic.github.io/docs/datasets/overview.html
with h5py.File(robomimic) as file:
    assert set(file) == {"data", "mask"}
    data = file["data"]
    assert data.attrs["total"] == sum(len(line["rewards"]) for line in lines)
    arguments = json.loads(data.attrs["env_args"])
    assert arguments["env_type"] == 2 and arguments["env_kwargs"]["env_id"] == lines[0]["environment"]["id"]
    demos = sorted(data, key=lambda name: int(name[len("demo_") :]))
    assert [name.decode() for name in file["mask/train"][:]] == demos
    for name, line in zip(demos, lines, strict=True):
        demo, steps = data[name], len(line["rewards"])
        assert demo.attrs["num_samples"] == steps
        same("actions", demo["actions"][:], one_hot(line), np.float32)
        assert np.abs(demo["actions"][:]).max() <= 1
        same("rewards", demo["rewards"][:], line["rewards"], np.float32)
        same("dones", demo["dones"][:], [0] * (steps - 1) + [int(line["terminated"])], np.int64)
        flat, offset = np.asarray(line["observations"], np.float32), 0
        assert list(demo["obs"]) == list(demo["next_obs"])
        for part in line["environment"]["observations"]:
            size = int(np.prod(part["shape"]))
            rows = flat[:, offset : offset + size].reshape(-1, *part["shape"])
            offset += size
            same(part["name"], demo["obs"][part["name"]][:], rows[:-1], np.float32)
            same(part["name"], demo["next_obs"][part["name"]][:], rows[1:], np.float32)

# https://github.com/Farama-Foundation/D4RL, offline_env.py: get_keys collects every dataset, get_dataset checks these shapes
with h5py.File(d4rl) as file:
    found = {}
    file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
for key in ["observations", "actions", "rewards", "terminals"]:
    assert key in found, f"Dataset is missing key {key}"
total = found["observations"].shape[0]
assert found["rewards"].shape in [(total, 1), (total,)] and found["terminals"].shape in [(total, 1), (total,)]
flat = [np.asarray(line["observations"], np.float32) for line in lines]
same("observations", found["observations"], np.concatenate([rows[:-1] for rows in flat]), np.float32)
same("next_observations", found["next_observations"], np.concatenate([rows[1:] for rows in flat]), np.float32)
same("actions", found["actions"], np.concatenate([line["discrete"] for line in lines]), np.int32)
same("rewards", found["rewards"], np.concatenate([line["rewards"] for line in lines]), np.float32)
for name, flag in [("terminals", "terminated"), ("timeouts", "truncated")]:
    ends = [[False] * (len(line["rewards"]) - 1) + [line[flag]] for line in lines]
    same(name, found[name], np.concatenate(ends), np.bool_)
print(json.dumps({"episodes": len(lines), "values": values}))
