"""lerobot-pictures.py FOLDER TRUTH.jsonl THEIRS: compares every picture, then writes the frames anew as LeRobot does."""

import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
import numpy as np
import torch
from lerobot.datasets.lerobot_dataset import LeRobotDataset
from lerobot.datasets.utils import dataset_to_policy_features

folder, truth, theirs = sys.argv[1:]
episodes = [json.loads(line) for line in open(truth, encoding="utf-8")]
data = LeRobotDataset("local/pictures", root=folder)
assert data.num_episodes == len(episodes) and len(data) == sum(len(e["rewards"]) for e in episodes)
channels, height, width = episodes[0]["environment"]["observations"][0]["shape"]
key = "observation.image"
policy = dataset_to_policy_features(data.features)[key]
assert policy.type.value == "VISUAL" and tuple(policy.shape) == (channels, height, width)
assert data.meta.stats[key]["mean"].shape == (channels, 1, 1) and data.meta.stats[key]["count"] == [len(data)]
new = LeRobotDataset.create(
    "local/theirs",
    fps=data.fps,
    root=theirs,
    use_videos=False,
    features={
        # A name of somebody else's: it is the only picture.
        "observation.images.top": {"dtype": "image", "shape": (height, width, channels), "names": ["height", "width", "channels"]},
        **{name: {**data.features[name], "shape": tuple(data.features[name]["shape"])} for name in ("action", "next.reward", "next.success")},
    },
)
index = 0
for episode in episodes:
    steps = len(episode["rewards"])
    for t in range(steps):
        picture = data[index][key]
        expected = np.asarray(episode["observations"][t], np.float32).reshape(channels, height, width)
        assert picture.dtype == torch.float32 and picture.shape == expected.shape
        assert picture.numpy().tobytes() == expected.tobytes()
        new.add_frame(
            {
                "observation.images.top": np.rint(expected * 255).astype(np.uint8).transpose(1, 2, 0),
                "action": np.array(episode["discrete"][t]),
                "next.reward": np.array([episode["rewards"][t]], np.float32),
                "next.success": np.array([t == steps - 1 and episode["terminated"]]),
                "task": "go to the goal",
            }
        )
        index += 1
    new.save_episode()
new.finalize()
print(json.dumps({"pictures": index}))
