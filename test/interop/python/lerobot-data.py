"""lerobot-data.py FOLDER TRUTH.jsonl THEIRS: compares every frame, then writes the frames anew as LeRobot does."""

import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
import numpy as np
import torch
from lerobot.datasets.lerobot_dataset import LeRobotDataset

folder, truth, theirs = sys.argv[1:]
episodes = [json.loads(line) for line in open(truth, encoding="utf-8")]
data = LeRobotDataset("local/demos", root=folder)
assert data.num_episodes == len(episodes) and len(data) == sum(len(e["rewards"]) for e in episodes)
step = 1 / data.fps
near = LeRobotDataset("local/demos", root=folder, delta_timestamps={"action": [-step, 0.0, step]})
new = LeRobotDataset.create(
    "local/theirs",
    fps=data.fps,
    root=theirs,
    use_videos=False,
    features={
        key: {**data.features[key], "shape": tuple(data.features[key]["shape"])}
        for key in ("observation.state", "action", "next.reward", "next.done", "next.success")
    },
)
index = 0
for number, episode in enumerate(episodes):
    actions = [row[0] for row in episode["discrete"]]
    for t, action in enumerate(actions):
        frame = data[index]
        expected = np.asarray(episode["observations"][t], np.float32)
        assert frame["observation.state"].dtype == torch.float32
        assert frame["observation.state"].numpy().tobytes() == expected.tobytes()
        assert frame["action"].dtype == torch.int64 and frame["action"].item() == action
        assert frame["next.reward"].item() == np.float32(episode["rewards"][t])
        last = t == len(actions) - 1
        assert frame["next.done"].item() is last
        for key in ("terminated", "truncated", "success"):
            assert frame[f"next.{key}"].item() is (last and episode[key])
        assert frame["episode_index"].item() == number and frame["frame_index"].item() == t
        assert frame["task"] == episode["environment"]["id"]
        around = near[index]["action"].flatten().tolist()
        assert around == [actions[max(t - 1, 0)], action, actions[min(t + 1, len(actions) - 1)]]
        new.add_frame(
            {
                "observation.state": expected,
                "action": np.array([action]),
                "next.reward": np.array([episode["rewards"][t]], np.float32),
                "next.done": np.array([last]),
                "next.success": np.array([last and episode["terminated"]]),
                "task": "move to the goal",
            }
        )
        index += 1
    new.save_episode()
new.finalize()
print(json.dumps({"episodes": len(episodes), "frames": index}))
