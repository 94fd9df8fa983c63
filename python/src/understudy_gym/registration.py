"""Makes the ids of the environments in the box known to Gymnasium."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import gymnasium


@dataclass(frozen=True)
class _Id:
    name: str
    env_id: str
    kwargs: dict[str, Any] = field(default_factory=dict)


_IDS = (
    _Id("Bubble-v0", "bubble", {"level": 25, "version": 1}),
    _Id("Basic-v0", "basic", {"version": 1}),
    _Id("Grid-v0", "grid", {"version": 1}),
    _Id("Recall-v0", "recall", {"version": 1}),
    _Id("CartPole-v0", "cart-pole", {"version": 1}),
    _Id("Pendulum-v0", "pendulum", {"version": 1}),
)


def register_environments() -> None:
    """Register ``understudy/Bubble-v0`` and the others, and ``understudy/Env-v0`` for any."""
    for entry in _IDS:
        _register(entry.name, {"env_id": entry.env_id, **entry.kwargs})
    _register("Env-v0", {})


def _register(name: str, kwargs: dict[str, Any]) -> None:
    gymnasium.register(
        id=f"understudy/{name}",
        entry_point="understudy_gym.env:UnderstudyEnv",
        vector_entry_point="understudy_gym.vector_env:UnderstudyVectorEnv",
        kwargs=kwargs,
    )
