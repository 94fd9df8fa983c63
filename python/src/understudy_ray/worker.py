"""A worker: an actor of Ray with a Node process of its own, which hosts environments."""

import os
import subprocess
import threading
import time
from typing import Any, BinaryIO, cast

import ray

from understudy_ray.frames import read_answer
from understudy_ray.program import node_command

#: Ends with this when its process has: an exception would leave an actor that can do nothing.
CHILD_ENDED = 3
#: Without a ping for so long, the run is gone or out of reach, and nobody else would end this.
LONELY_SECONDS = 20.0

#: How Ray is to run it. A call that was repeated would step twice.
OPTIONS: dict[str, Any] = {
    "num_cpus": 1,
    "max_restarts": 0,
    "max_task_retries": 0,
    "concurrency_groups": {"life": 1},
}


class Worker:
    """Passes requests on to its process, one at a time, and their answers back."""

    def __init__(self, module: str) -> None:
        # Ends by itself at the end of its input, whatever becomes of this process.
        self._child = subprocess.Popen(
            node_command(module), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        self._requests = cast(BinaryIO, self._child.stdin)
        self._answers = cast(BinaryIO, self._child.stdout)
        self._asked = time.monotonic()
        threading.Thread(target=self._end_when_lonely, daemon=True).start()

    def call(self, request: bytes, shared: bytes = b"") -> bytes:
        """Return the answer to a request, before which the process is told what was shared."""
        try:
            self._requests.write(shared)
            self._requests.write(request)
            return read_answer(self._answers)
        except (EOFError, BrokenPipeError):
            os._exit(CHILD_ENDED)

    @ray.method(concurrency_group="life")
    def ping(self) -> None:
        """Answer while the actor and its node live, whatever its environments are at."""
        self._asked = time.monotonic()

    def _end_when_lonely(self) -> None:
        while time.monotonic() - self._asked < LONELY_SECONDS:
            time.sleep(1)
        os._exit(CHILD_ENDED)
