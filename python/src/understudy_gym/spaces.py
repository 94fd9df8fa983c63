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

    All have the numbers by which the environment calls its actions. An environment with both has
    a ``Dict`` with the keys ``continuous`` and ``discrete``.
    """
    parts: dict[str, spaces.Space[Any]] = {}
    if spec.continuous > 0:
        low, high = np.array(spec.units.ranges, np.float32).T
        parts["continuous"] = spaces.Box(low, high, dtype=np.float32)
    if len(spec.discrete) == 1:
        parts["discrete"] = spaces.Discrete(spec.discrete[0], start=spec.units.starts[0])
    elif spec.discrete:
        parts["discrete"] = spaces.MultiDiscrete(list(spec.discrete), start=list(spec.units.starts))
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

    There continuous values go from -1 to 1 and choices count from 0.

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
        given = np.asarray(values, np.float64).reshape(continuous.shape)
        continuous[...] = _from_ranges(given, spec.units.ranges)
    if spec.discrete:
        chosen = action["discrete"] if spec.continuous > 0 else action
        indices = np.asarray(chosen).reshape(discrete.shape) - np.array(spec.units.starts)
        np.copyto(discrete, indices, casting="same_kind")
        if not np.array_equal(discrete, indices):
            raise ValueError(f"action {indices.tolist()} has an index that is none of any space")


def _from_ranges(
    values: npt.NDArray[np.float64], ranges: tuple[tuple[float, float], ...]
) -> npt.NDArray[np.float64]:
    """Bring the numbers of a ``Box`` to -1 and 1.

    One that single precision has rounded past its bound is that bound.
    """
    low, high = np.array(ranges).T
    half = (high - low) / 2
    scaled: npt.NDArray[np.float64] = np.zeros_like(values)
    np.divide(values - (low + half), half, out=scaled, where=half > 0)
    at_bound = np.abs(np.abs(scaled) - 1) < 1e-6
    scaled[at_bound] = np.sign(scaled[at_bound])
    return scaled


def _box(part: Observation) -> spaces.Box:
    return spaces.Box(part.low, part.high, part.shape, np.float32)
