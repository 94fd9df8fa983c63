"""Frames on pipes: a head that begins with u32 length, and a body."""

import struct
from typing import BinaryIO, NamedTuple

_CHANNEL = struct.Struct("<IIB")
_STDIO_HEAD = 8


class Frame(NamedTuple):
    """From a run to one of its workers, or back."""

    worker: int
    kind: int
    body: bytes


#: BEHIND calls a worker behind what was shared last, which is kept once on each node.
OPEN, CALL, LOST, SHARE, BEHIND = 1, 2, 3, 4, 5


def read_exactly(pipe: BinaryIO, size: int) -> bytes:
    """Read ``size`` bytes.

    :raises EOFError: when the other side has closed
    """
    parts = []
    while size > 0:
        part = pipe.read(size)
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def read_frame(pipe: BinaryIO) -> Frame:
    """Read one from a run.

    :raises EOFError: as ``read_exactly``
    """
    length, worker, kind = _CHANNEL.unpack(read_exactly(pipe, _CHANNEL.size))
    return Frame(worker, kind, read_exactly(pipe, length))


def write_frame(pipe: BinaryIO, frame: Frame) -> None:
    """Write one to a run."""
    pipe.write(_CHANNEL.pack(len(frame.body), frame.worker, frame.kind) + frame.body)
    pipe.flush()


def read_answer(pipe: BinaryIO) -> bytes:
    """Read an answer of a worker as it is, head and all.

    :raises EOFError: as ``read_exactly``
    """
    head = read_exactly(pipe, _STDIO_HEAD)
    return head + read_exactly(pipe, struct.unpack_from("<I", head)[0])
