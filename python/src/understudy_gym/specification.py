"""What an environment shows and accepts, as Understudy tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any


@dataclass(frozen=True)
class Observation:
    """One named observation of ``shape``; ``low`` and ``high`` are infinite where none is known."""

    name: str
    shape: tuple[int, ...]
    description: str
    low: float
    high: float

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return prod(self.shape)


@dataclass(frozen=True)
class Units:
    """What the environment itself calls the numbers of its actions.

    ``ranges`` are what -1 and 1 of each continuous value stand for, ``starts`` what choice 0 of
    each branch is called.
    """

    ranges: tuple[tuple[float, float], ...]
    starts: tuple[int, ...]


@dataclass(frozen=True)
class Specification:
    """One environment of Understudy: ``id`` is the registry's, such as ``bubble/25``."""

    id: str
    title: str
    version: int
    parameters: Mapping[str, float | str | bool]
    observations: tuple[Observation, ...]
    continuous: int
    discrete: tuple[int, ...]
    units: Units
    masked: bool
    max_episode_steps: int | None

    @classmethod
    def from_json(cls, spec: Mapping[str, Any]) -> Specification:
        """Read the ``EnvironmentSpec`` of core/envs/environment.ts."""
        continuous, discrete = spec["action"]["continuous"], spec["action"]["discrete"]
        same = {"ranges": [(-1.0, 1.0)] * continuous, "starts": [0] * len(discrete)}
        units = spec["action"].get("units", same)
        return cls(
            id=spec["id"],
            title=spec["title"],
            version=spec["version"],
            parameters=spec["parameters"],
            observations=tuple(_observation(part) for part in spec["observations"]),
            continuous=continuous,
            discrete=tuple(discrete),
            units=Units(
                tuple((low, high) for low, high in units["ranges"]), tuple(units["starts"])
            ),
            masked=spec["action"].get("masked", False),
            max_episode_steps=spec.get("maxEpisodeSteps"),
        )

    @property
    def observation_size(self) -> int:
        """How many numbers all observations have together."""
        return sum(observation.size for observation in self.observations)

    @property
    def mask_size(self) -> int:
        """How many choices all branches have together, 0 where none is ever forbidden."""
        return sum(self.discrete) if self.masked else 0


def _observation(part: Mapping[str, Any]) -> Observation:
    low, high = part.get("range", (float("-inf"), float("inf")))
    return Observation(part["name"], tuple(part["shape"]), part["description"], low, high)
