"""The process that steps the environments, and the conversation with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from understudy_gym import frames
from understudy_gym.command import find_command
from understudy_gym.errors import CommandNotFoundError, ProcessEndedError, UnderstudyError
from understudy_gym.specification import Specification

if sys.platform == "linux":
    import fcntl

_PATIENCE = 5.0
"""Seconds that the process is given to end by itself."""

_LAST_WORDS = 2000


class Process:
    """``count`` environments of one kind in one process of Understudy.

    Args:
        environment: the registry's id, such as ``bubble/25``.
        count: how many.
        parameters: those of the environment.
        plugins: modules of TypeScript or JavaScript that register environments of your own.
        command: the program and its first arguments; by default it is looked for.

    Raises:
        UnderstudyError: if there is no such environment, or the parameters do not fit.
        CommandNotFoundError: if the program was not found.

    """

    def __init__(
        self,
        environment: str,
        count: int,
        parameters: Mapping[str, float | str | bool],
        plugins: Sequence[str] = (),
        command: Sequence[str] | None = None,
    ) -> None:
        self.count = count
        arguments = ["env", "stdio", "--env", environment, "--num-envs", str(count)]
        for name, value in parameters.items():
            arguments += ["--parameter", f"{name}={_text(value)}"]
        for plugin in plugins:
            arguments += ["--plugin", os.fspath(plugin)]
        program = list(command or find_command())
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115, closed with the process
        try:
            self._process = _start([*program, *arguments], self._errors)
        except OSError as error:
            self._errors.close()
            raise CommandNotFoundError(f"{program[0]} cannot be run: {error}") from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input = self._process.stdin.fileno()
        self._output = self._process.stdout
        try:
            welcome = self._greet()
        except BaseException:
            self.close()
            raise
        self.spec = Specification.from_json(welcome["spec"])
        self.scene_kind: str | None = welcome["scene"]
        self.request = frames.Request(self.spec, count)
        _widen(self._input, len(self.request.bytes))
        _widen(self._output.fileno(), frames.HEAD.size + frames.result_bytes(self.spec, count))

    def advance(self) -> frames.Result:
        """Send ``request`` and return what comes of it.

        Raises:
            UnderstudyError: if an action is not allowed; nothing has been stepped then.

        """
        body = self._ask(self.request.bytes, frames.RESULT)
        return frames.Result(self.spec, self.count, body)

    def finals(self, count: int) -> frames.Finals:
        """Return how the ``count`` episodes ended that the last ``advance`` began anew."""
        return frames.Finals(self.spec, count, self._receive(frames.FINALS))

    def scene(self, index: int) -> Any:
        """Return what a screen would draw of an environment."""
        return json.loads(
            self._ask(frames.frame(frames.SCENE, index.to_bytes(4, "little")), frames.DRAWING)
        )

    def close(self) -> None:
        """End the process, which is what closing its input does."""
        process = self._process
        if self._errors.closed:
            return
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            _kill(process)
        self._output.close()
        self._errors.close()

    def _greet(self) -> dict[str, Any]:
        hello = {"protocol": frames.PROTOCOL, "client": f"understudy-gym {_version()}"}
        body = self._ask(frames.frame(frames.HELLO, json.dumps(hello).encode()), frames.WELCOME)
        welcome: dict[str, Any] = json.loads(body)
        return welcome

    def _ask(self, request: bytes | bytearray, answer: int) -> bytearray:
        if self._errors.closed:
            raise ProcessEndedError("the environment has been closed")
        view = memoryview(request)
        try:
            while view:
                view = view[os.write(self._input, view) :]
        except BrokenPipeError:
            # It has ended, perhaps with a word on why, which can still be read.
            pass
        return self._receive(answer)

    def _receive(self, expected: int) -> bytearray:
        head = self._read(frames.HEAD.size)
        length, kind, zeros = frames.HEAD.unpack(head)
        if zeros != b"\0\0\0" or kind not in (expected, frames.REFUSAL):
            raise ProcessEndedError(f"what Understudy says is no answer: {bytes(head)!r}")
        body = self._read(length)
        if kind == frames.REFUSAL:
            refusal = json.loads(body)
            remedy = refusal.get("remedy")
            text = refusal["message"] if remedy is None else f"{refusal['message']} ({remedy})"
            raise UnderstudyError(text, refusal["type"])
        return body

    def _read(self, count: int) -> bytearray:
        data = bytearray(count)
        view = memoryview(data)
        while view:
            got = self._output.readinto(view)  # type: ignore[attr-defined]
            if not got:
                raise ProcessEndedError(self._epitaph())
            view = view[got:]
        return data

    def _epitaph(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)
        code = self._process.returncode
        self._errors.seek(0)
        words = self._errors.read()[-_LAST_WORDS:].decode(errors="replace").strip()
        ended = "closed its output" if code is None else f"ended with exit code {code}"
        return f"Understudy {ended}" + (f": {words}" if words else "")

    def __del__(self) -> None:
        if hasattr(self, "_output"):
            self.close()


def _start(command: Sequence[str], errors: Any) -> subprocess.Popen[bytes]:
    options: dict[str, Any] = {}
    if sys.platform == "win32":
        options["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        # Ctrl-C in a terminal is for the trainer alone, which may want to save before it ends.
        options["start_new_session"] = True
    return subprocess.Popen(
        command,
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        **options,
    )


def _widen(pipe: int, size: int) -> None:
    """Make room for a whole frame, where the system can, so that it is written in one go."""
    if sys.platform == "linux":
        # What is not granted costs time and nothing else.
        with suppress(OSError):
            if fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ) < size:
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, size)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End it with the process that the launcher may have started."""
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _text(value: float | str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _version() -> str:
    try:
        return version("understudy-gym")
    except PackageNotFoundError:
        return "(not installed)"
