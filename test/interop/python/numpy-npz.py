"""numpy-npz.py OURS.npz TRUTH.jsonl THEIRS.npz: compares every value, then writes the arrays anew."""

import json
import sys

import numpy as np

ours, truth, theirs = sys.argv[1:]
npz = np.load(ours)
lines = [json.loads(line) for line in open(truth, encoding="utf-8")]
heads = json.loads(bytes(npz["metadata"]))
offsets = npz["offsets"]
assert len(heads) == len(lines) == len(offsets) - 1 and len(lines) > 0
values = 0


def same(name, array, expected, dtype):
    global values
    assert array.dtype == dtype, (name, array.dtype)
    expected = np.asarray(expected, dtype=dtype).reshape(array.shape)
    # as bytes, so that -0 is not 0 and every NaN would be told
    assert array.tobytes() == expected.tobytes(), name
    values += array.size


for i, line in enumerate(lines):
    first, end = offsets[i], offsets[i + 1]
    same("obs", npz["obs"][first + i : end + i + 1], line["observations"], np.float32)
    same("acts_continuous", npz["acts_continuous"][first:end], line["continuous"], np.float32)
    same("acts_discrete", npz["acts_discrete"][first:end], line["discrete"], np.int32)
    same("rews", npz["rews"][first:end], line["rewards"], np.float32)
    same("times_us", npz["times_us"][first:end], line["timesUs"], np.float64)
    if "masks" in line:
        same("masks", npz["masks"][first:end], line["masks"], np.uint8)
    for flag in ("terminated", "truncated", "success"):
        assert bool(npz[flag][i]) is line[flag]
    assert all(line[key] == value for key, value in heads[i].items())

np.savez_compressed(theirs, **{name: npz[name] for name in npz.files})
print(json.dumps({"episodes": len(lines), "values": values}))
