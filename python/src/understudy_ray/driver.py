"""The entry point of a job: starts the run, leads its requests to the workers, and ends as it ends.

python -m understudy_ray.driver JOB_MODULE [WORKER_MODULE WORKERS]
"""

import asyncio
import importlib.util
import os
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from typing import Any, BinaryIO, cast

from understudy_ray.frames import BEHIND, CALL, LOST, OPEN, SHARE, Frame, read_frame, write_frame
from understudy_ray.program import NoNodeError, node_command

#: Descriptor on which the run writes its requests.
REQUESTS = 3


def start_run(module: str, *, workers: bool) -> tuple[subprocess.Popen[bytes], BinaryIO | None]:
    """Start the run, whose output is the job's. Returns it, and the pipe of its requests."""
    environ = {**os.environ, "UNDERSTUDY_PYTHON": sys.executable}
    if not workers:
        command = node_command(module)
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environ), None
    theirs_reads, ours_writes = os.pipe()
    # The child is to have it as REQUESTS, whatever number it got here.
    child = subprocess.Popen(
        ["/bin/sh", "-c", f'exec "$@" {REQUESTS}>&{ours_writes}', "sh", *node_command(module)],
        stdin=subprocess.PIPE,
        env=environ,
        pass_fds=[ours_writes],
    )
    os.close(ours_writes)
    return child, os.fdopen(theirs_reads, "rb", buffering=0)


async def relay(requests: BinaryIO, answers: BinaryIO, module: str, count: int) -> None:
    """Lead requests to the workers and their answers back, until the run closes its side."""
    # Ray itself, which jobs without workers have no need of.
    import ray  # noqa: PLC0415

    from understudy_ray.crew import Crew, WorkerEndedError  # noqa: PLC0415

    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Frame | None] = asyncio.Queue()

    def read() -> None:
        try:
            while True:
                loop.call_soon_threadsafe(queue.put_nowait, read_frame(requests))
        except (EOFError, OSError):
            loop.call_soon_threadsafe(queue.put_nowait, None)

    threading.Thread(target=read, daemon=True).start()
    crew = await Crew.gather(module, count)
    turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def answer(frame: Frame, *shared: Any) -> None:
        async with turns[frame.worker]:
            try:
                if frame.kind == OPEN:
                    await crew.start(frame.worker)
                body = await crew.call(frame.worker, frame.body, *shared)
                write_frame(answers, Frame(frame.worker, CALL, body))
            except WorkerEndedError as error:
                write_frame(answers, Frame(frame.worker, LOST, str(error).encode()))

    tasks = set()
    shared: tuple[Any, ...] = ()
    while (frame := await queue.get()) is not None:
        if frame.kind == SHARE:
            shared = (ray.put(frame.body),)
            continue
        task = asyncio.create_task(answer(frame, *(shared if frame.kind == BEHIND else ())))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    crew.close()


def main() -> int:
    """Run the job. Returns its exit status."""
    module, *workers = sys.argv[1:]
    if workers and importlib.util.find_spec("ray") is None:
        print(
            f"the Python that the cluster finds first, {sys.executable}, has no Ray: activate the"
            " environment of Ray before `ray start`",
            file=sys.stderr,
        )
        return 1
    try:
        child, requests = start_run(module, workers=bool(workers))
    except NoNodeError as error:
        print(error, file=sys.stderr)
        return 1
    # Ray sends it to everybody in the job, and this process must not end before the run has.
    signal.signal(signal.SIGTERM, lambda *_: None)
    if requests is not None:
        asyncio.run(relay(requests, cast(BinaryIO, child.stdin), workers[0], int(workers[1])))
    return child.wait()


if __name__ == "__main__":
    sys.exit(main())
