"""`inergize pipeline`: the event stream's consumer. Any number may run."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress

import asyncpg
import structlog
import uvloop
from redis.exceptions import RedisError

from services.analytics.ingest import Ingest
from services.analytics.live import Live
from services.analytics.series import series_database
from services.analytics.streams import Entry, Streams
from services.kernel.config import Settings
from services.kernel.config import settings as read_settings
from services.kernel.http import HttpPort
from services.kernel.runtime import runtime
from services.kernel.telemetry import configure_logging

log = structlog.get_logger()

SWEEP_EVERY_SECONDS = 3.0
TAKE_OVER_EVERY_SECONDS = 10.0
HEALTHY_SECONDS = 15.0
LONGEST_PAUSE_SECONDS = 2.0

_WILL_PASS = (RedisError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""A server is away or restarting; anything else is our mistake and ends the process."""


class Pipeline:
    """Follows the stream, sweeps up what it missed, takes over what others left."""

    def __init__(self, streams: Streams, ingest: Ingest) -> None:
        self._streams = streams
        self._ingest = ingest
        self._is_behind = False
        self._swept_at = time.monotonic()

    @property
    def is_healthy(self) -> bool:
        """Whether nothing can be lost: the sweep, which needs no Redis, has lately come through."""
        return time.monotonic() - self._swept_at < HEALTHY_SECONDS

    async def run(self, stopped: asyncio.Event) -> None:
        """Work until `stopped` is set; a piece of work that has begun is finished."""
        async with asyncio.TaskGroup() as group:
            group.create_task(_keep_at(self.follow, 0, stopped))
            group.create_task(_keep_at(self.sweep, SWEEP_EVERY_SECONDS, stopped))
            group.create_task(_keep_at(self.take_over, TAKE_OVER_EVERY_SECONDS, stopped))
        with suppress(*_WILL_PASS):
            await self._streams.leave()

    async def follow(self) -> None:
        """Take in what has come. After a failure, first what was delivered and not finished."""
        is_retry, self._is_behind = self._is_behind, True
        entries = await self._streams.read(unfinished=is_retry)
        await self._take_in(entries)
        self._is_behind = is_retry and bool(entries)  # there may be more of them

    async def sweep(self) -> None:
        """Take in what the stream has lost."""
        await self._ingest.sweep()
        self._swept_at = time.monotonic()

    async def take_over(self) -> None:
        """Finish what a consumer that has died was given."""
        await self._take_in(await self._streams.take_over())

    async def _take_in(self, entries: list[Entry]) -> None:
        await self._ingest.take_in([entry.batch_id for entry in entries if entry.batch_id])
        if entries:
            await self._streams.finish(entries)


async def _keep_at(
    step: Callable[[], Awaitable[None]], every_seconds: float, stopped: asyncio.Event
) -> None:
    """Repeat a step, with growing pauses while a server is away."""
    failures = 0
    while not stopped.is_set():
        pause = every_seconds
        try:
            await step()
            failures = 0
        except _WILL_PASS as failed:
            failures += 1
            pause = min(0.05 * 2**failures, LONGEST_PAUSE_SECONDS)
            log.warning("step_failed", step=step.__name__, error=type(failed).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), timeout=pause)


def run() -> None:
    """Run the pipeline until SIGTERM or SIGINT."""
    settings = read_settings()
    configure_logging(settings.log, "pipeline")
    uvloop.run(_run(settings))


async def _run(settings: Settings) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with AsyncExitStack() as stack:
        given = await stack.enter_async_context(runtime("analytics", settings))
        series = series_database(given.db, settings)
        if series is not given.db:
            await series.open()
            stack.push_async_callback(series.close)
        streams = Streams(given.redis, f"{socket.gethostname()}-{os.getpid()}")
        pipeline = Pipeline(streams, Ingest(given.db, series, Live(given.redis)))
        http = HttpPort(lambda: pipeline.is_healthy)
        await http.open(settings.server.host, settings.server.metrics_port)
        stack.push_async_callback(http.close)
        log.info("following", metrics_port=settings.server.metrics_port)
        await pipeline.run(stopped)
        log.info("stopped")


if __name__ == "__main__":
    run()
