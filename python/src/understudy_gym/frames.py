"""The frames that go to and fro and the arrays in them, as core/remote/stdio has them too."""

from __future__ import annotations

import struct
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from understudy_gym.specification import Specification

_Number = TypeVar("_Number", bound=np.generic)

PROTOCOL: Final = 2
"""Raised when a frame changes its meaning; both sides must have the same."""

HEAD: Final = struct.Struct("<IB3s")
"""Bytes of the body, kind, zeros."""

HELLO: Final = 1
ADVANCE: Final = 2
SCENE: Final = 3
WELCOME: Final = 129
RESULT: Final = 130
FINALS: Final = 131
DRAWING: Final = 132
REFUSAL: Final = 255

NOTHING: Final = 0
"""Commands of one environment in ``ADVANCE``."""
STEP: Final = 1
RESET: Final = 2
STEP_THEN_RESET: Final = 3

UNSAID: Final = 2
"""The success of an episode of which nobody says whether it reached its goal."""


def frame(kind: int, body: bytes) -> bytes:
    """Put a head before a body."""
    return HEAD.pack(len(body), kind, b"\0\0\0") + body


class Request:
    """An ``ADVANCE`` frame that is filled in anew for each step."""

    def __init__(self, spec: Specification, count: int) -> None:
        continuous, branches = spec.continuous, len(spec.discrete)
        body = count * (4 + 4 * continuous + 4 * branches + 1)
        self.bytes = bytearray(frame(ADVANCE, bytes(body)))
        take = _Taker(self.bytes, HEAD.size)
        self.seeds: npt.NDArray[np.uint32] = take(np.dtype("<u4"), (count,))
        self.continuous: npt.NDArray[np.float32] = take(np.dtype("<f4"), (count, continuous))
        self.discrete: npt.NDArray[np.int32] = take(np.dtype("<i4"), (count, branches))
        self.commands: npt.NDArray[np.uint8] = take(np.dtype("u1"), (count,))


class Result:
    """What came of an ``ADVANCE``: views of the body of a ``RESULT`` frame, which belongs to it."""

    def __init__(self, spec: Specification, count: int, body: bytearray) -> None:
        take = _Taker(body, 0)
        self.rewards: npt.NDArray[np.float64] = take(np.dtype("<f8"), (count,))
        self.observations: npt.NDArray[np.float32] = take(
            np.dtype("<f4"), (count, spec.observation_size)
        )
        self.terminated: npt.NDArray[np.bool_] = take(np.dtype("?"), (count,))
        self.truncated: npt.NDArray[np.bool_] = take(np.dtype("?"), (count,))
        self.success: npt.NDArray[np.uint8] = take(np.dtype("u1"), (count,))
        self.masks: npt.NDArray[np.int8] = take(np.dtype("i1"), (count, spec.mask_size))


class Finals:
    """Last observations and masks of the episodes that a ``STEP_THEN_RESET`` ended, in order."""

    def __init__(self, spec: Specification, count: int, body: bytearray) -> None:
        take = _Taker(body, 0)
        self.observations: npt.NDArray[np.float32] = take(
            np.dtype("<f4"), (count, spec.observation_size)
        )
        self.masks: npt.NDArray[np.int8] = take(np.dtype("i1"), (count, spec.mask_size))


def result_bytes(spec: Specification, count: int) -> int:
    """Return how long the body of a ``RESULT`` is."""
    return count * (8 + 4 * spec.observation_size + 3 + spec.mask_size)


def finals_bytes(spec: Specification, count: int) -> int:
    """Return how long the body of a ``FINALS`` is for ``count`` episodes that ended."""
    return count * (4 * spec.observation_size + spec.mask_size)


class _Taker:
    """Cuts arrays out of bytes, one behind the other."""

    def __init__(self, data: bytearray, offset: int) -> None:
        self._data = data
        self._offset = offset

    def __call__(self, dtype: np.dtype[_Number], shape: tuple[int, ...]) -> npt.NDArray[_Number]:
        array: npt.NDArray[_Number] = np.ndarray(shape, dtype, self._data, self._offset)
        self._offset += array.nbytes
        return array
