"""Environments of Gymnasium whose actions are other numbers than -1 to 1 and 0 on: own_units:NAME-v0."""

import gymnasium
import numpy as np
from gymnasium import spaces

STEPS = 30

SPACES = {
    "Torques": spaces.Box(np.float32([-2, -0.4]), np.float32([2, 0.4])),
    "Beside": spaces.Box(np.float32([0.1, -1000]), np.float32([0.7, -999])),
    "Throttle": spaces.Box(0, 5, (1,), np.float32),
    "Choice": spaces.Discrete(3, start=-1),
    "Choices": spaces.MultiDiscrete([3, 2], start=[5, -2]),
}


class Moved(gymnasium.Env):
    """Every number of an action moves the state its own way, so that a wrong one shows in every later reward."""

    observation_space = spaces.Box(-1, 1, (2,), np.float32)

    def __init__(self, name):
        self.action_space = SPACES[name]

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.state, self.steps = float(self.np_random.uniform(-1, 1)), 0
        return np.float32([self.state, 0]), {}

    def step(self, action):
        assert self.action_space.contains(action), action
        for i, number in enumerate(np.ravel(action)):
            self.state = float(np.sin(3 * self.state + (i + 1) * float(number)))
        self.steps += 1
        return np.float32([self.state, self.steps / STEPS]), self.state, False, self.steps == STEPS, {}


for name in SPACES:
    gymnasium.register(f"{name}-v0", entry_point="own_units:Moved", kwargs={"name": name})
