"""Loops that must never end by themselves, and their end when it is asked for."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection

import grpc
import structlog
from prometheus_client import Counter

from services.kernel.telemetry import frames
from workers.errors import BrokerAwayError

log = structlog.get_logger()

FAILED = Counter(
    "inergize_scheduler_failed_looks_total", "Looks for due work that failed.", ["service", "why"]
)
RETRY_SECONDS = 0.5
SHORTEST_PAUSE_SECONDS = 0.02
"""A clock that is ahead of the database's would otherwise make a loop spin until both agree."""
CANCEL_AGAIN_SECONDS = 0.2

Look = Callable[[], Awaitable[float]]
"""Claims and enqueues what is due; returns how many seconds may pass until the next look."""


async def keep_looking(service: str, look: Look, bell: asyncio.Event) -> None:
    """Look again and again: after the pause that the last look asked for, or when the bell rings.

    No failure ends this: a loop that is gone would leave its kind of work undone for good.
    """
    while True:
        bell.clear()
        pause = await _look_once(service, look)
        try:
            async with asyncio.timeout(max(pause, SHORTEST_PAUSE_SECONDS)):
                await bell.wait()
        except TimeoutError:
            pass


async def _look_once(service: str, look: Look) -> float:
    try:
        return await look()
    except grpc.aio.AioRpcError as failed:
        FAILED.labels(service, failed.code().name).inc()
        log.warning("cannot_claim", service=service, code=failed.code().name)
    except BrokerAwayError:  # said once by whoever noticed it
        FAILED.labels(service, "BROKER_AWAY").inc()
    except Exception as failed:  # noqa: BLE001 - a mistake of ours must not stop the looking
        kind = type(failed).__name__
        FAILED.labels(service, kind).inc()
        log.error("look_broken", service=service, error=kind, frames=frames(failed))  # noqa: TRY400
    return RETRY_SECONDS


async def end_all(tasks: Collection[asyncio.Task[None]], seconds: float = 5.0) -> None:
    """Cancel tasks until they have ended, for `seconds` at most.

    Once may not do: asyncio.wait_for, in which redis-py sends, swallows a cancellation that meets
    its end (Python 3.11, github.com/python/cpython/issues/86296).
    """
    deadline = time.monotonic() + seconds
    running = [task for task in tasks if not task.done()]
    while running and time.monotonic() < deadline:
        for task in running:
            task.cancel()
        _, late = await asyncio.wait(running, timeout=CANCEL_AGAIN_SECONDS)
        running = list(late)
    if running:
        log.error("loops_left_running", count=len(running))
