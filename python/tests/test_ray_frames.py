import io
import struct

import pytest

from understudy_ray.frames import CALL, Frame, read_answer, read_frame, write_frame


def test_a_frame_comes_out_as_it_went_in() -> None:
    pipe = io.BytesIO()
    frames = [Frame(0, CALL, b""), Frame(7, 3, bytes(range(256)) * 300)]
    for frame in frames:
        write_frame(pipe, frame)
    pipe.seek(0)
    assert [read_frame(pipe), read_frame(pipe)] == frames
    with pytest.raises(EOFError):
        read_frame(pipe)


def test_a_pipe_that_gives_little_at_a_time_is_read_on() -> None:
    class Trickle(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 3))

    pipe = io.BytesIO()
    write_frame(pipe, Frame(1, CALL, b"some bytes"))
    assert read_frame(Trickle(pipe.getvalue())) == Frame(1, CALL, b"some bytes")


def test_an_answer_keeps_its_head() -> None:
    answer = struct.pack("<IB3x", 5, 130) + b"12345"
    assert read_answer(io.BytesIO(answer + b"next")) == answer
    with pytest.raises(EOFError):
        read_answer(io.BytesIO(answer[:-1]))
