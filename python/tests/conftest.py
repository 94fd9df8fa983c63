from collections.abc import Iterator
from typing import Any

import gymnasium
import pytest

from understudy_gym import UnderstudyVectorEnv

Environment = gymnasium.Env[Any, Any]


class Maker:
    """Makes environments and closes them after the test."""

    def __init__(self) -> None:
        self._made: list[Any] = []

    def env(self, name: str, **kwargs: Any) -> Environment:
        env: Environment = gymnasium.make(f"understudy/{name}-v0", **kwargs)
        self._made.append(env)
        return env

    def vector(self, name: str, num_envs: int, **kwargs: Any) -> UnderstudyVectorEnv:
        envs = gymnasium.make_vec(f"understudy/{name}-v0", num_envs, **kwargs)
        assert isinstance(envs, UnderstudyVectorEnv)
        self._made.append(envs)
        return envs

    def close(self) -> None:
        for env in self._made:
            env.close()


@pytest.fixture
def make() -> Iterator[Maker]:
    maker = Maker()
    yield maker
    maker.close()
