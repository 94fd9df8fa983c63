"""The workers of a run: placed by Ray, watched here, since Ray is slow to notice a cut cable."""

import asyncio
import logging
import signal
from typing import Any

import ray
from ray.util.placement_group import PlacementGroup, placement_group, remove_placement_group
from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

from understudy_ray.worker import OPTIONS, Worker

PING_SECONDS = 2.0
#: For an answer to a ping; with the pause before it, what is gone is noticed within ten seconds.
PATIENCE_SECONDS = 6.0


class WorkerEndedError(Exception):
    """The worker is gone, with what it hosted."""


class Crew:
    """Workers by their numbers, each in a bundle of one placement group, spread over the nodes."""

    def __init__(self, module: str, group: PlacementGroup) -> None:
        self._module = module
        self._group = group
        self._actors: dict[int, Any] = {}
        self._ended: dict[int, asyncio.Event] = {}
        self._watches: dict[int, asyncio.Task[None]] = {}

    @classmethod
    async def gather(cls, module: str, count: int) -> "Crew":
        """Wait until there is room for all of them."""
        ignored = signal.getsignal(signal.SIGTERM)
        ray.init(log_to_driver=False, logging_level=logging.ERROR)
        # Ray would end this process at once, and the run still needs it for its last checkpoint.
        signal.signal(signal.SIGTERM, ignored)
        group = placement_group([{"CPU": 1}] * count, strategy="SPREAD")
        await group.ready()
        return cls(module, group)

    async def start(self, worker: int) -> None:
        """Start the worker, or another one in its place, wherever Ray finds room for it.

        :raises WorkerEndedError: when it could not be started
        """
        self._let_go(worker)
        strategy = PlacementGroupSchedulingStrategy(
            self._group, placement_group_bundle_index=worker
        )
        place: Any = ray.remote(**OPTIONS, scheduling_strategy=strategy)
        actor = place(Worker).remote(self._module)
        self._actors[worker] = actor
        self._ended[worker] = asyncio.Event()
        try:
            await actor.ping.remote()
        except ray.exceptions.RayError as error:
            raise WorkerEndedError(_in_words(error)) from error
        self._watches[worker] = asyncio.create_task(self._watch(worker))

    async def call(self, worker: int, request: bytes, *shared: Any) -> bytes:
        """Pass a request on, one at a time; behind what is shared, a reference into Ray's store.

        :raises WorkerEndedError: when there is no answer to come
        """
        answer = asyncio.ensure_future(self._actors[worker].call.remote(request, *shared))
        ended = asyncio.create_task(self._ended[worker].wait())
        try:
            await asyncio.wait([answer, ended], return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise WorkerEndedError("its node does not answer")
            return bytes(answer.result())
        except ray.exceptions.RayError as error:
            raise WorkerEndedError(_in_words(error)) from error
        finally:
            ended.cancel()

    def close(self) -> None:
        """Let all of them go, and their places with them."""
        for worker in list(self._actors):
            self._let_go(worker)
        remove_placement_group(self._group)

    async def _watch(self, worker: int) -> None:
        actor = self._actors[worker]
        while True:
            await asyncio.sleep(PING_SECONDS)
            try:
                await asyncio.wait_for(asyncio.ensure_future(actor.ping.remote()), PATIENCE_SECONDS)
            except (TimeoutError, ray.exceptions.RayError):
                self._ended[worker].set()
                return

    def _let_go(self, worker: int) -> None:
        watch = self._watches.pop(worker, None)
        if watch is not None:
            watch.cancel()
        actor = self._actors.pop(worker, None)
        if actor is not None:
            ray.kill(actor)


def _in_words(error: ray.exceptions.RayError) -> str:
    if isinstance(error, ray.exceptions.ActorUnschedulableError):
        return "the cluster has no room for it"
    return "it has ended"
