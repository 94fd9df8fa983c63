"""Understudy's environments for Gymnasium.

Importing this makes the ids known::

    import gymnasium
    import understudy_gym

    env = gymnasium.make("understudy/Bubble-v0", level=25)
"""

from understudy_gym.env import UnderstudyEnv
from understudy_gym.errors import CommandNotFoundError, ProcessEndedError, UnderstudyError
from understudy_gym.registration import register_environments
from understudy_gym.specification import Observation, Specification
from understudy_gym.vector_env import UnderstudyVectorEnv

__all__ = [
    "CommandNotFoundError",
    "Observation",
    "ProcessEndedError",
    "Specification",
    "UnderstudyEnv",
    "UnderstudyError",
    "UnderstudyVectorEnv",
    "register_environments",
]

register_environments()
