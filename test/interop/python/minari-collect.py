"""minari-collect.py: has Minari record CartPole and a continuous mountain car, and prints what it holds of them."""

import json

import gymnasium
import minari
import numpy as np

IDS = {"CartPole-v1": "cartpole/random-v0", "MountainCarContinuous-v0": "car/random-v0"}
collected = {}
for environment, identity in IDS.items():
    collector = minari.DataCollector(gymnasium.make(environment, max_episode_steps=40), record_infos=True)
    collector.action_space.seed(0)
    for episode in range(4):
        collector.reset(seed=20 + episode)
        done = False
        while not done:
            *_, terminated, truncated, _ = collector.step(collector.action_space.sample())
            done = terminated or truncated
    collector.create_dataset(dataset_id=identity, algorithm_name="random", eval_env=environment)
    collected[identity] = [
        {
            "observations": episode.observations.astype(np.float32).tolist(),
            "actions": episode.actions.astype(np.float32).reshape(len(episode.actions), -1).tolist(),
            "rewards": episode.rewards.astype(np.float32).tolist(),
            "terminated": bool(episode.terminations[-1]),
            "truncated": bool(episode.truncations[-1]),
            "seed": 20 + i,
        }
        for i, episode in enumerate(minari.load_dataset(identity))
    ]
print(json.dumps(collected))
