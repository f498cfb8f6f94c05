"""Periodic work with real rows: once per due time, resumable, fenced."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import asyncpg
import pytest
import pytest_asyncio

from services.kernel.config import Settings
from services.kernel.errors import MessageGone
from services.kernel.periodic import Cursor, Periodic, PeriodicJob
from services.kernel.runtime import Runtime, runtime


@pytest_asyncio.fixture
async def given(make_settings: Callable[..., Settings]) -> AsyncIterator[Runtime]:
    async with runtime("content", make_settings()) as running:
        yield running


class Counting:
    """A job of three pieces."""

    def __init__(self) -> None:
        self.seen: list[Cursor] = []

    async def run(self, cursor: Cursor) -> Cursor:
        self.seen.append(cursor)
        done = (cursor or {"done": 0})["done"] + 1
        return {"done": done} if done < 3 else None


async def test_due_time_runs_once_with_many_schedulers(given: Runtime) -> None:
    periodic = Periodic(given.db, [PeriodicJob("job", timedelta(days=1), Counting().run)])
    claims = await asyncio.gather(*(periodic.claim(f"s{i}") for i in range(10)))
    assert sum(map(len, claims)) == 1


async def test_run_goes_on_at_its_cursor_and_ends(given: Runtime) -> None:
    job = Counting()
    periodic = Periodic(given.db, [PeriodicJob("job", timedelta(days=1), job.run)])
    (claim,) = await periodic.claim("s")
    ended = [await periodic.run(claim.name, claim.due_at, claim.fence) for _ in range(3)]
    assert ended == [False, False, True]
    assert job.seen == [None, {"done": 1}, {"done": 2}]
    with pytest.raises(MessageGone):
        await periodic.run(claim.name, claim.due_at, claim.fence)


async def test_lapsed_run_is_taken_over_where_it_stood(
    given: Runtime, admin: asyncpg.Connection
) -> None:
    job = Counting()
    periodic = Periodic(given.db, [PeriodicJob("job", timedelta(days=1), job.run)])
    (first,) = await periodic.claim("first")
    await periodic.run(first.name, first.due_at, first.fence)
    await admin.execute("UPDATE content.periodic_runs SET lease_until = now() - interval '1 s'")
    (second,) = await periodic.claim("second")
    with pytest.raises(MessageGone):
        await periodic.run(first.name, first.due_at, first.fence)
    await periodic.run(second.name, second.due_at, second.fence)
    assert job.seen == [None, {"done": 1}]
