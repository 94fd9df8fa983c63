"""tensorboard-scalars.py RUN TRUTH.json: TensorBoard's own reader finds every scalar, step and value of the store."""

import json
import sys

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

run, truth = sys.argv[1:]
expected = json.load(open(truth, encoding="utf-8"))
# no down-sampling: every point counts
events = EventAccumulator(run, size_guidance={"scalars": 0}).Reload()
tags = events.Tags()["scalars"]
assert sorted(tags) == sorted(expected), set(tags) ^ set(expected)
points = 0
for tag, series in expected.items():
    found = [(event.step, event.value) for event in events.Scalars(tag)]
    assert [step for step, _ in found] == series["steps"], (tag, found)
    values = np.array([np.nan if v is None else v for v in series["values"]], np.float64).astype(np.float32)
    assert np.array_equal(np.array([v for _, v in found], np.float32), values, equal_nan=True), tag
    points += len(found)
print(json.dumps({"tags": tags, "points": points}))
