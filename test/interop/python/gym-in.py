"""Plays recorded episodes again in Gymnasium itself and compares every value, and a picture, bit for bit.

gym-in.py EPISODES.jsonl PICTURE.png: the picture shows the last of the episodes after its reset.
"""

import json
import sys

import gymnasium
import numpy as np
import pygame


def action_of(space, episode, step):
    if isinstance(space, gymnasium.spaces.Discrete):
        return episode["discrete"][step][0]
    return np.asarray(episode["continuous"][step], dtype=np.float32)


def same(what, found, expected):
    if not np.array_equal(np.asarray(found, dtype=np.float32), np.asarray(expected, dtype=np.float32)):
        sys.exit(f"{what}: {found} is not {expected}")


with open(sys.argv[1]) as file:
    episodes = [json.loads(line) for line in file]
values = 0
for number, episode in enumerate(episodes):
    env = gymnasium.make(episode["environment"]["id"].removeprefix("gym:"), render_mode="rgb_array")
    observation, _ = env.reset(seed=episode["seed"])
    picture = env.render()
    same(f"episode {number}, reset", episode["observations"][0], observation)
    steps = len(episode["rewards"])
    for step in range(steps):
        observation, reward, terminated, truncated, _ = env.step(action_of(env.action_space, episode, step))
        same(f"episode {number}, step {step}", episode["observations"][step + 1], observation)
        same(f"episode {number}, reward {step}", episode["rewards"][step], reward)
        assert (terminated or truncated) == (step == steps - 1), f"episode {number} ends at {step}"
        values += len(observation) + 1
    assert episode["terminated"] == terminated
    assert episode["truncated"] == (truncated and not terminated)
shown = pygame.surfarray.array3d(pygame.image.load(sys.argv[2])).transpose(1, 0, 2)
assert np.array_equal(shown, picture), "the picture differs"
print(json.dumps({"episodes": len(episodes), "values": values, "pixels": int(shown.shape[0] * shown.shape[1])}))
