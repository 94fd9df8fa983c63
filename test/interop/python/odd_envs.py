"""Environments that do what people's own do now and then: gym:odd_envs:NAME-v0."""

import os

import gymnasium
import numpy as np
from gymnasium import spaces

NORMAL = spaces.Box(-1, 1, (3,), np.float32)


class Odd(gymnasium.Env):
    """Ten steps of a point each; what it shows and pays is up to the others."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}
    observation_space = NORMAL
    action_space = spaces.Discrete(2)
    length = 10

    def __init__(self, render_mode=None):
        self.render_mode = render_mode

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.time = 0
        return self.shown(), {}

    def step(self, action):
        self.time += 1
        return self.shown(), self.paid(action), False, self.time >= self.length, {}

    def shown(self):
        return self.np_random.random(3).astype(np.float32)

    def paid(self, action):
        return 1.0

    def render(self):
        return np.zeros((4, 6, 3), np.uint8)


class Long(Odd):
    length = 1000


class ArrayPaid(Odd):
    def paid(self, action):
        return np.array([1], np.int64)


class NumpyFlags(Odd):
    def step(self, action):
        seen, paid, _, cut, _ = super().step(action)
        return seen, np.float32(paid), np.array([False]), np.bool_(cut), {"is_success": np.array([cut])}


class OldGym(Odd):
    """Before Gymnasium: no info at reset, and four values."""

    def reset(self, *, seed=None, options=None):
        return super().reset(seed=seed)[0]

    def step(self, action):
        seen, paid, _, cut, _ = super().step(action)
        return seen, paid, cut, {"TimeLimit.truncated": cut}


class OldEnd(OldGym):
    def step(self, action):
        seen, paid, done, _ = super().step(action)
        return seen, paid, done, {}


class Column(Odd):
    """[3, 1] where the space has [3]: the same numbers in the same order."""

    def shown(self):
        return super().shown().astype(np.float64).reshape(3, 1)


class Outside(Odd):
    """Beyond the bounds of its Box, of which Gymnasium itself only warns."""

    def shown(self):
        return np.array([0, 5, -7], np.float32)


class Short(Odd):
    def shown(self):
        return super().shown()[:2]


class LongSeen(Odd):
    def shown(self):
        return np.zeros(4, np.float32)


class Words(Odd):
    def shown(self):
        return ["a", "b", "c"]


class Several(Odd):
    """Its second part is out of the range of its space from the second step on."""

    observation_space = spaces.Dict({"at": spaces.Discrete(3), "view": NORMAL})

    def shown(self):
        return {"at": 1 if self.time < 2 else 3, "view": super().shown()}


class Partless(Odd):
    observation_space = spaces.Dict({"at": spaces.Discrete(3), "view": NORMAL})

    def shown(self):
        return {"at": 1}


class Pair(Odd):
    observation_space = spaces.Tuple((NORMAL, NORMAL))

    def shown(self):
        return (super().shown(),)


class Choices(Odd):
    observation_space = spaces.MultiDiscrete([2, 3])

    def shown(self):
        return np.array([1, -1])


class Fractions(Odd):
    observation_space = spaces.Box(0, 255, (3,), np.uint8)


class Unpaid(Odd):
    def paid(self, action):
        return None


class TwicePaid(Odd):
    def paid(self, action):
        return np.array([1.0, 2.0])


class NanPaid(Odd):
    def paid(self, action):
        return float("nan") if self.time == 4 else 1.0


class NanSeen(Odd):
    def shown(self):
        return np.array([0, np.nan if self.time == 2 else 0, 0], np.float32)


class Raises(Odd):
    def paid(self, action):
        return 1 / (3 - self.time) and 1.0


class Maybe(Odd):
    def step(self, action):
        return *super().step(action)[:2], "no", False, {}


class Three(Odd):
    def step(self, action):
        return super().step(action)[:3]


class HalfOpen(Odd):
    action_space = spaces.Box(
        np.array([0, -np.inf, -np.inf, 5, -0.4], np.float32),
        np.array([np.inf, -3, np.inf, np.inf, 0.4], np.float32),
    )

    def paid(self, action):
        return float(np.sum(action))


class Greatest(Odd):
    """The greatest float for a bound that there is not."""

    action_space = spaces.Box(-np.finfo(np.float32).max, np.finfo(np.float32).max, (1,), np.float32)


class Aborts(Odd):
    """As a renderer does that finds no display."""

    def render(self):
        os.abort()


class RendersNot(Odd):
    def render(self):
        raise RuntimeError("no display")


for odd in [value for value in list(globals().values()) if isinstance(value, type) and issubclass(value, Odd)]:
    gymnasium.register(id=f"{odd.__name__}-v0", entry_point=odd)
