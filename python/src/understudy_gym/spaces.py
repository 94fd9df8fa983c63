"""Gymnasium's spaces for what an environment shows and accepts, and the way there and back."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from understudy_gym.specification import Observation, Specification

Observed: TypeAlias = Any
"""A float32 array or, where there are several observations, a dictionary of them by name."""


def observation_space(spec: Specification) -> spaces.Space[Any]:
    """One observation is a ``Box``, several are a ``Dict`` of boxes by name."""
    if len(spec.observations) == 1:
        return _box(spec.observations[0])
    return spaces.Dict({part.name: _box(part) for part in spec.observations})


def action_space(spec: Specification) -> spaces.Space[Any]:
    """One branch is ``Discrete``, several are ``MultiDiscrete``, continuous values a ``Box``.

    An environment with both has a ``Dict`` with the keys ``continuous`` and ``discrete``.
    """
    parts: dict[str, spaces.Space[Any]] = {}
    if spec.continuous > 0:
        parts["continuous"] = spaces.Box(-1.0, 1.0, (spec.continuous,), np.float32)
    if len(spec.discrete) == 1:
        parts["discrete"] = spaces.Discrete(spec.discrete[0])
    elif spec.discrete:
        parts["discrete"] = spaces.MultiDiscrete(list(spec.discrete))
    return next(iter(parts.values())) if len(parts) == 1 else spaces.Dict(parts)


def split(spec: Specification, flat: npt.NDArray[np.float32]) -> Observed:
    """Name what lies one behind the other in ``flat`` [..., O]; views, no copies."""
    first, *others = spec.observations
    if not others:
        return flat.reshape(*flat.shape[:-1], *first.shape)
    named = {}
    offset = 0
    for part in spec.observations:
        values = flat[..., offset : offset + part.size]
        named[part.name] = values.reshape(*flat.shape[:-1], *part.shape)
        offset += part.size
    return named


def write_action(
    spec: Specification,
    action: Any,
    continuous: npt.NDArray[np.float32],
    discrete: npt.NDArray[np.int32],
) -> None:
    """Lay an action of ``action_space``, or a batch of them, into the arrays of a request.

    Args:
        spec: of the environment.
        action: as the space has it.
        continuous: [..., C]
        discrete: [..., D]

    Raises:
        ValueError: if the action has another shape, or an index that 32 bits cannot hold.
        TypeError: if indices are no whole numbers.

    """
    if spec.continuous > 0:
        values = action["continuous"] if spec.discrete else action
        continuous[...] = np.asarray(values, np.float32).reshape(continuous.shape)
    if spec.discrete:
        given = action["discrete"] if spec.continuous > 0 else action
        indices = np.asarray(given).reshape(discrete.shape)
        np.copyto(discrete, indices, casting="same_kind")
        if not np.array_equal(discrete, indices):
            raise ValueError(f"action {indices.tolist()} has an index that is none of any space")


def _box(part: Observation) -> spaces.Box:
    return spaces.Box(part.low, part.high, part.shape, np.float32)
