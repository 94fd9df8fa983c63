"""tables.py OURS.csv TRUTH.jsonl THEIRS.csv THEIRS.jsonl: compares every value, then writes both tables anew."""

import json
import sys

import numpy as np
import pandas as pd

ours, truth, their_csv, their_lines = sys.argv[1:]
lines = [json.loads(line) for line in open(truth, encoding="utf-8")]
table = pd.read_csv(ours)
frame = pd.read_json(truth, lines=True, precise_float=True)
assert len(frame) == len(lines) > 0
assert table["episode"].nunique() == len(lines)
values = 0


def same(name, found, expected, dtype):
    global values
    expected = np.asarray(expected, dtype=dtype)
    found = np.asarray(found, dtype=dtype).reshape(expected.shape)
    # as bytes, so that -0 is not 0
    assert found.tobytes() == expected.tobytes(), name
    values += found.size


def columns(shape, *prefix):
    return [".".join(map(str, (*prefix, *index))) for index in np.ndindex(*shape)]


for i, line in enumerate(lines):
    rows = table[table["episode"] == i]
    steps = rows[rows["reward"].notna()]
    environment = line["environment"]
    count = len(line["rewards"])
    assert list(rows["step"]) == list(range(count + 1)) and len(steps) == count
    views = sum((columns(o["shape"], o["name"]) for o in environment["observations"]), [])
    action = environment["action"]
    same("observations", rows[views], line["observations"], np.float32)
    same("continuous", steps[columns([action["continuous"]], "action.continuous")], line["continuous"], np.float32)
    same("discrete", steps[columns([len(action["discrete"])], "action.discrete")], line["discrete"], np.int32)
    same("rewards", steps["reward"], line["rewards"], np.float32)
    same("timesUs", steps["time_us"], line["timesUs"], np.float64)
    if "masks" in line:
        masks = sum((columns([n], "action.mask", b) for b, n in enumerate(action["discrete"])), [])
        same("masks", steps[masks], line["masks"], np.uint8)
    for flag in ("terminated", "truncated"):
        assert list(steps[flag]) == [0.0] * (count - 1) + [float(line[flag])], flag
    head = json.loads(rows["episode_json"].iloc[0])
    assert rows["episode_json"].notna().sum() == 1
    assert all(line[key] == value for key, value in head.items())
    for name, dtype in [
        ("observations", np.float32),
        ("continuous", np.float32),
        ("discrete", np.int32),
        ("rewards", np.float32),
        ("timesUs", np.float64),
    ]:
        same(name, frame[name][i], line[name], dtype)
    if "masks" in line:
        same("masks", frame["masks"][i], line["masks"], np.uint8)

table.to_csv(their_csv, index=False)
# DataFrame.to_json drops the sign of -0.0 and all digits after the fifteenth
with open(their_lines, "w", encoding="utf-8") as file:
    for record in frame.to_dict(orient="records"):
        file.write(json.dumps(record) + "\n")
print(json.dumps({"values": values}))
