"""What Gymnasium makes of states and actions: the values that core/envs/cart-pole and pendulum must give, too.

Arguments: a task ("CartPole-v1"), a file of JSON [{state, action}, ...]. Prints JSON, for each of them: the state (64 bits),
observation (32 bits) and reward after one step from that state, and whether it is over.
"""

import json
import sys
from pathlib import Path

import gymnasium
import numpy as np


def main():
    env = gymnasium.make(sys.argv[1]).unwrapped
    env.reset(seed=0)
    after = []
    for case in json.loads(Path(sys.argv[2]).read_text()):
        env.state = np.array(case["state"])
        env.steps_beyond_terminated = None
        action = case["action"]
        given = action if isinstance(action, int) else np.array(action, np.float32)
        observation, reward, terminated, _, _ = env.step(given)
        after.append(
            {
                "state": [float(value) for value in env.state],
                "observation": observation.tolist(),
                "reward": float(reward),
                "terminated": terminated,
            }
        )
    print(json.dumps(after))


main()
