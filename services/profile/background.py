"""Work that must end even when the call that began it has gone."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

from services.kernel.errors import DomainError
from services.kernel.telemetry import frames

log = structlog.get_logger()
T = TypeVar("T")


class Background:
    """Tasks of one service; `drain` waits for them before its pools close."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run `work` to its end, in the present call's context; what breaks it is logged.

        Await the task through `asyncio.shield`, or a caller's cancellation ends it.
        """
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        # A DomainError is an answer; whoever waited for it has been told.
        if error is not None and not isinstance(error, DomainError):
            log.error("background_failed", error=type(error).__name__, frames=frames(error))

    async def drain(self, seconds: float) -> None:
        """Wait up to `seconds` for what is running and what that begins; the rest is cancelled."""
        deadline = time.monotonic() + seconds
        while self._running and (left := deadline - time.monotonic()) > 0:
            await asyncio.wait(list(self._running), timeout=left)
        late = list(self._running)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
