"""imitation-data.py FOLDER ARCHIVE TRUTH.jsonl: loads both, compares every value, clones for an epoch; the page has saved 'theirs'."""

import json
import sys

import numpy as np
from gymnasium import spaces
from imitation.algorithms import bc
from imitation.data import rollout, serialize

folder, archive, truth = sys.argv[1:]
episodes = [json.loads(line) for line in open(truth, encoding="utf-8")]
for path in (folder, archive):
    trajectories = serialize.load_with_rewards(path)
    assert len(trajectories) == len(episodes)
    for trajectory, episode in zip(trajectories, episodes):
        expected = np.asarray(episode["observations"], np.float32)
        assert trajectory.obs.reshape(len(trajectory.obs), -1).astype(np.float32).tobytes() == expected.tobytes()
        assert trajectory.acts.tolist() == [row[0] for row in episode["discrete"]]
        assert trajectory.rews.astype(np.float32).tolist() == np.asarray(episode["rewards"], np.float32).tolist()
        assert bool(trajectory.terminal) is episode["terminated"]
trajectories = serialize.load(folder)
assert [t.infos[-1].get("TimeLimit.truncated", False) for t in trajectories] == [e["truncated"] for e in episodes]
stamp = episodes[0]["environment"]
size = len(episodes[0]["observations"][0])
trainer = bc.BC(
    observation_space=spaces.Box(-np.inf, np.inf, (size,), np.float32),
    action_space=spaces.Discrete(stamp["action"]["discrete"][0]),
    demonstrations=rollout.flatten_trajectories(trajectories),
    rng=np.random.default_rng(0),
    batch_size=8,
)
trainer.train(n_epochs=1, progress_bar=False)
print(json.dumps({"episodes": len(episodes), "steps": sum(len(e["rewards"]) for e in episodes)}))
