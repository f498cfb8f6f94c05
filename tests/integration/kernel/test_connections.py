"""Connections on their rack: nobody starves, nothing leaks, dead ones are not used again."""

import asyncio
from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest
import pytest_asyncio

from services.kernel import connections
from services.kernel.config import DatabaseSettings, Settings
from services.kernel.db import UNAVAILABLE, Database, service_dsn
from tests.support.waiting import eventually

MAX_SIZE = 3


@pytest_asyncio.fixture
async def db(make_settings: Callable[..., Settings]) -> AsyncIterator[Database]:
    given = make_settings()
    small = given.database.model_copy(update={"pool_max_size": MAX_SIZE})
    settings = given.model_copy(update={"database": DatabaseSettings.model_validate(small)})
    database = Database(service_dsn(settings, "content"), "content", settings)
    await database.open()
    yield database
    await database.close()


async def backends(admin: asyncpg.Connection) -> int:
    count: int = await admin.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'inergize-content'"
    )
    return count


async def test_many_callers_share_few_connections_and_none_starves(
    db: Database, admin: asyncpg.Connection
) -> None:
    reads = [db.fetchrow("SELECT pg_sleep(0.001), $1::int AS n", n) for n in range(300)]
    rows = await asyncio.wait_for(asyncio.gather(*reads), timeout=20)
    assert [row["n"] for row in rows if row is not None] == list(range(300))
    assert await backends(admin) <= MAX_SIZE


async def test_connection_goes_back_to_the_pool_when_it_is_not_needed(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "RACK_SECONDS", 0.05)
    await db.fetchrow("SELECT 1")
    rack = db._connections._rack
    assert len(rack) == 1

    async def is_empty() -> bool:
        return not rack

    await eventually(is_empty, seconds=3)
    assert await db.fetchrow("SELECT 1") is not None


async def test_failed_statement_leaves_the_connection_usable(db: Database) -> None:
    for _ in range(MAX_SIZE * 3):
        with pytest.raises(asyncpg.DivisionByZeroError):
            await db.fetchrow("SELECT 1 / 0")
    assert await db.fetchrow("SELECT 1") is not None


async def test_cancelled_and_timed_out_reads_give_their_connection_back(db: Database) -> None:
    for _ in range(30):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await db.fetchrow("SELECT pg_sleep(5)")
    reads = [db.fetchrow("SELECT 1") for _ in range(MAX_SIZE * 5)]
    assert all(await asyncio.wait_for(asyncio.gather(*reads), timeout=10))


async def test_waiting_in_vain_a_thousand_times_loses_no_connection(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = [await db._connections.take() for _ in range(MAX_SIZE)]
    monkeypatch.setattr(connections, "ACQUIRE_SECONDS", 0.01)
    waits = [db._connections.take() for _ in range(1000)]
    outcomes = await asyncio.gather(*waits, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {TimeoutError}
    monkeypatch.undo()
    for connection in held:
        await db._connections.give_back(connection)
    again = [await db._connections.take() for _ in range(MAX_SIZE)]
    assert len(again) == MAX_SIZE
    for connection in again:
        await db._connections.give_back(connection)


async def test_connections_cut_by_the_server_are_replaced(
    db: Database, admin: asyncpg.Connection
) -> None:
    await asyncio.gather(*(db.fetchrow("SELECT pg_sleep(0.01)") for _ in range(MAX_SIZE)))
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'inergize-content'"
    )

    async def answers() -> bool:
        try:
            return await db.fetchrow("SELECT 1") is not None
        except UNAVAILABLE:
            return False

    await eventually(answers, seconds=5)
    reads = [db.fetchrow("SELECT 1") for _ in range(MAX_SIZE * 2)]
    assert all(await asyncio.gather(*reads))


async def test_statement_cancelled_at_any_moment_does_not_run_on(
    db: Database, admin: asyncpg.Connection
) -> None:
    """A cancel request that overtakes its statement cancels nothing; it must end all the same."""
    await asyncio.gather(*(db.fetchrow("SELECT pg_sleep(0.01)") for _ in range(MAX_SIZE)))
    for turns in range(40):
        read = asyncio.create_task(db.fetchrow("SELECT pg_sleep(60), 'cancelled'"))
        for _ in range(turns):
            await asyncio.sleep(0)
        read.cancel()
        await asyncio.wait([read], timeout=5)
        assert read.done()

    async def none_runs() -> bool:
        query = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE $1"
        count: int = await admin.fetchval(query, "SELECT pg_sleep(60)%")
        return count == 0

    await eventually(none_runs, seconds=5)
    assert await db.fetchrow("SELECT 1") is not None
