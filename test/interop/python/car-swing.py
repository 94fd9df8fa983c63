"""car-swing.py FILE.jsonl: episodes of a car that is swung up its hill, continuous actions that have something to learn from."""

import json
import sys

import gymnasium

EPISODES = 5

environment = gymnasium.make("MountainCarContinuous-v0")
with open(sys.argv[1], "w", encoding="utf-8") as file:
    for seed in range(EPISODES):
        observation, _ = environment.reset(seed=seed)
        observations, actions, rewards, terminated, truncated = [observation], [], [], False, False
        while not (terminated or truncated):
            # Always on in the direction in which it rolls.
            action = observation[1:] * 0 + (0.75 if observation[1] >= 0 else -0.75)
            observation, reward, terminated, truncated, _ = environment.step(action)
            observations.append(observation)
            actions.append(action)
            rewards.append(float(reward))
        line = {
            "observations": [row.tolist() for row in observations],
            "continuous": [row.tolist() for row in actions],
            "rewards": rewards,
            "terminated": terminated,
            "truncated": truncated,
        }
        file.write(json.dumps(line) + "\n")
print(json.dumps(EPISODES))
