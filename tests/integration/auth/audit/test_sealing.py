"""No row is ever left out of the seals, whoever writes beside whom."""

import asyncio
import random
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from services.auth.audit import sealing
from services.auth.audit.events import note
from services.auth.audit.sealing import Sealer
from tests.integration.auth.audit.conftest import Chain
from tests.integration.migrations.server import Server
from tests.support.waiting import eventually

WRITERS, TRANSACTIONS = 4, 15


@pytest_asyncio.fixture
async def slow(postgres: Server, database: str) -> AsyncIterator[asyncpg.Connection]:
    """A second connection."""
    connection = await asyncpg.connect(
        postgres.dsn(database), server_settings={"search_path": "auth"}
    )
    yield connection
    await connection.close()


async def begin(chain: Chain, slow: asyncpg.Connection) -> None:
    """Begin a transaction that has written one event and goes on."""
    user_id = await chain.room.make_user()
    await slow.execute("BEGIN")
    await slow.execute("SELECT audit_note('slow', $1, '{}')", user_id)


async def sealed_events(chain: Chain) -> list[str]:
    last = await chain.admin.fetchval("SELECT max(to_tx) FROM auth.audit_seals")
    rows = await chain.admin.fetch(
        """SELECT coalesce(new_data ->> 'event', table_name) AS event FROM auth.audit_log
            WHERE tx < coalesce($1::xid8, '0') ORDER BY tx, id""",
        last,
    )
    return [row["event"] for row in rows]


async def test_row_of_a_long_transaction_is_sealed_with_those_after_it(
    chain: Chain, slow: asyncpg.Connection
) -> None:
    await chain.seal()
    await begin(chain, slow)
    await chain.write(2)

    await chain.seal()
    assert await sealed_events(chain) == ["users"]  # what began before the long one
    await slow.execute("COMMIT")
    await chain.seal()

    assert await sealed_events(chain) == ["users", "slow", "users", "tried", "tried"]
    assert (await chain.check()).broken_seal_id == 0


async def test_rolled_back_row_leaves_no_gap(chain: Chain, slow: asyncpg.Connection) -> None:
    await begin(chain, slow)
    await chain.write(1)
    await chain.seal()
    await slow.execute("ROLLBACK")

    await chain.seal()

    assert await sealed_events(chain) == ["users", "users", "tried"]
    assert (await chain.check()).broken_seal_id == 0


async def test_concurrent_writers_and_sealers_miss_and_repeat_nothing(chain: Chain) -> None:
    user_id = await chain.room.make_user()
    others = [Sealer(chain.room.given.db, chain.sealer._keys) for _ in range(2)]
    writing = asyncio.gather(*(_write(chain, user_id, seed) for seed in range(WRITERS)))
    while not writing.done():
        await asyncio.gather(*(sealer.seal() for sealer in others))
    await writing

    async def all_sealed() -> bool:
        await chain.seal()
        return await chain.checker.count_unsealed() == 0

    await eventually(all_sealed)
    report = await chain.check()
    assert report.broken_seal_id == 0
    assert report.checked_rows == 1 + WRITERS * TRANSACTIONS * 2
    assert report.checked_seals > 3
    counted = await chain.admin.fetchval("SELECT sum(row_count) FROM auth.audit_seals")
    assert counted == report.checked_rows


async def _write(chain: Chain, user_id: UUID, seed: int) -> None:
    """Transactions of different lengths, whose rows lie apart in time."""
    waits = random.Random(seed)
    for number in range(TRANSACTIONS):
        async with chain.room.given.db.transaction() as tx:
            await note(tx, "one", user_id, {"number": number})
            await asyncio.sleep(waits.random() * 0.03)
            await note(tx, "two", user_id, {"number": number})


async def test_backlog_is_sealed_in_pieces_between_transactions(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "MOST_ROWS", 4)
    user_id = await chain.write(2)
    async with chain.room.given.db.transaction() as tx:
        for number in range(7):  # more than a piece, and still one seal's
            await note(tx, "many", user_id, {"number": number})
    await chain.write(1)

    while await chain.seal():
        pass

    counts = await chain.admin.fetch("SELECT row_count FROM auth.audit_seals ORDER BY id")
    assert [row["row_count"] for row in counts] == [3, 7, 2]
    assert (await chain.check()).checked_rows == 12


async def test_log_from_a_dump_is_not_sealed_over(chain: Chain) -> None:
    await chain.write(1)
    await chain.seal()
    await chain.admin.execute("UPDATE auth.audit_seals SET to_tx = '9000000000000'")
    await chain.write(1)

    assert await chain.seal() is False

    assert await chain.admin.fetchval("SELECT count(*) FROM auth.audit_seals") == 1


async def test_loss_of_the_newest_seals_is_said(
    chain: Chain, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        await chain.write(1)
        await chain.seal()
    await chain.admin.execute("DELETE FROM auth.audit_seals WHERE id = 2")

    await chain.seal()

    assert "audit_seals_lost" in capsys.readouterr().out
