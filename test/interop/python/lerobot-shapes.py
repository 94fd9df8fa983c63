"""lerobot-shapes.py FOLDER TRUTH.jsonl THEIRS: observations by name keep their shapes in every frame; then as lerobot-data.py."""

import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
import numpy as np
import torch
from lerobot.datasets.lerobot_dataset import LeRobotDataset

folder, truth, theirs = sys.argv[1:]
episodes = [json.loads(line) for line in open(truth, encoding="utf-8")]
data = LeRobotDataset("local/shapes", root=folder)
parts = episodes[0]["environment"]["observations"]
names = [f"observation.{part['name']}" for part in parts]
assert any(len(part["shape"]) == 2 for part in parts)
new = LeRobotDataset.create(
    "local/their-shapes",
    fps=data.fps,
    root=theirs,
    use_videos=False,
    features={
        key: {**data.features[key], "shape": tuple(data.features[key]["shape"])}
        for key in (*names, "action", "next.reward", "next.done", "next.terminated")
    },
)
index = values = 0
for episode in episodes:
    steps = len(episode["rewards"])
    for t in range(steps):
        frame, at, seen = data[index], 0, {}
        for name, part in zip(names, parts, strict=True):
            size = int(np.prod(part["shape"]))
            row = episode["observations"][t][at : at + size]
            seen[name] = np.asarray(row, np.float32).reshape(part["shape"])
            at += size
            assert frame[name].dtype == torch.float32 and frame[name].shape == seen[name].shape
            assert frame[name].numpy().tobytes() == seen[name].tobytes()
            assert data.meta.stats[name]["mean"].shape == seen[name].shape
            values += size
        new.add_frame(
            {
                **seen,
                "action": np.array(episode["discrete"][t]),
                "next.reward": np.array([episode["rewards"][t]], np.float32),
                "next.done": np.array([t == steps - 1]),
                "next.terminated": np.array([t == steps - 1 and episode["terminated"]]),
                "task": "pop",
            }
        )
        index += 1
    new.save_episode()
new.finalize()
print(json.dumps({"values": values}))
