"""What the checks of ML-Agents' client share."""

import sys
import types
from importlib.util import find_spec

import mlagents_envs
from mlagents_envs.environment import UnityEnvironment

# The package of the wrappers asks the internet for a list of Unity's examples as soon as it is imported; its modules do not.
envs = types.ModuleType("mlagents_envs.envs")
envs.__path__ = [f"{mlagents_envs.__path__[0]}/envs"]
sys.modules["mlagents_envs.envs"] = envs
assert find_spec("mlagents_envs.envs.unity_gym_env") is not None

BASE_PORT = 15005


def open_build(name, **options):
    """A port of its own: others may be training on this machine."""
    return UnityEnvironment(file_name=name, base_port=BASE_PORT, **options)


def only_behaviour(environment):
    (name,) = environment.behavior_specs
    return name, environment.behavior_specs[name]
