"""Periodic work: one row per job and due time, so that any number of schedulers runs it once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from services.kernel import sql
from services.kernel.db import Database
from services.kernel.errors import MessageGone

QUERIES = sql.beside(__file__)
LEASE = timedelta(seconds=120)
log = structlog.get_logger()

Cursor = dict[str, Any] | None
Run = Callable[[Cursor], Awaitable[Cursor]]
"""Does a bounded piece of work from a cursor; returns where to go on, or None when done."""


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """Work that is due at every multiple of `every`, shifted by `offset`, counted in UTC."""

    name: str
    every: timedelta
    run: Run
    offset: timedelta = timedelta(0)

    def last_due(self, now: datetime) -> datetime:
        """The latest due time that is not after `now`."""
        epoch = datetime(1970, 1, 1, tzinfo=UTC) + self.offset
        return now - (now - epoch) % self.every


@dataclass(frozen=True, slots=True)
class PeriodicClaim:
    """One due run, claimed."""

    name: str
    due_at: datetime
    fence: int


class Periodic:
    """The periodic jobs of one service."""

    def __init__(self, db: Database, jobs: list[PeriodicJob]) -> None:
        self._db = db
        self._jobs = {job.name: job for job in jobs}

    async def claim(self, claimed_by: str) -> list[PeriodicClaim]:
        """Enter what has become due and claim it for two minutes; lapsed claims are taken over."""
        async with self._db.transaction() as tx:
            now: datetime = await tx.fetchval(QUERIES["database_now"])
            due = [(job.name, job.last_due(now)) for job in self._jobs.values()]
            await tx.executemany(QUERIES["add_periodic_run"], due)
            rows = await tx.fetch(QUERIES["claim_periodic"], list(self._jobs), claimed_by, LEASE)
        return [PeriodicClaim(*row) for row in rows]

    async def run(self, name: str, due_at: datetime, fence: int) -> bool:
        """Do a piece of a claimed run; True when nothing is left.

        Raises MessageGone when the fence is old or this service has no such job.
        """
        row = await self._db.fetchrow(QUERIES["get_periodic_run"], name, due_at, fence)
        job = self._jobs.get(name)
        if row is None or job is None:
            raise MessageGone
        cursor = await job.run(row["cursor"])
        async with self._db.transaction() as tx:
            kept = await tx.fetchval(
                QUERIES["keep_periodic_cursor"], name, due_at, fence, cursor, LEASE
            )
        if kept is None:
            raise MessageGone
        return cursor is None

    async def fail(self, name: str, due_at: datetime, fence: int, error: str) -> None:
        """Record that a run failed. Raises MessageGone when the fence is old."""
        async with self._db.transaction() as tx:
            failed = await tx.fetchval(QUERIES["fail_periodic"], name, due_at, fence, error)
        if failed is None:
            raise MessageGone
