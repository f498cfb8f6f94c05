"""Watching notifications: the unread ones now, each new one at once, and a clear end."""

import asyncio
import time
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest

from services.kernel.db import Database
from services.profile.errors import UserNotFound
from services.profile.notifications.kinds import Kind
from services.profile.notifications.notices import Notice, notify
from tests.integration.profile.notifications.conftest import Reader


async def read(stream: Any, seconds: float = 5) -> Any:
    return await asyncio.wait_for(stream.read(), seconds)


async def _tell(db: Database, *user_ids: UUID) -> None:
    """Tell several in one transaction."""
    async with db.transaction() as tx:
        for user_id in user_ids:
            notice = Notice(user_id, Kind.ACCOUNT_PAUSED, "together", {"reason": "a test"})
            await notify(tx, notice)


async def test_watch_tells_what_is_unread_and_wakes_at_once(reader: Reader) -> None:
    await reader.told("published")
    stream = reader.watch()
    first = await read(stream)
    assert [one.kind for one in first.notifications] == ["published"]
    assert first.unread_count == 1

    await reader.told("account_paused")
    started = time.monotonic()
    second = await read(stream)
    assert time.monotonic() - started < 1  # heard, not found by looking
    assert [one.kind for one in second.notifications] == ["account_paused"]
    assert second.unread_count == 2

    await reader.mark(first.notifications[0].notification_id)
    third = await read(stream)
    assert (len(third.notifications), third.unread_count) == (0, 1)
    stream.cancel()


async def test_watch_tells_what_a_long_transaction_brought_late(reader: Reader) -> None:
    stream = reader.watch()
    await read(stream)
    db: Database = reader.room.given.db
    data = {"reason": "slowly"}
    async with db.transaction() as tx:
        await notify(tx, Notice(reader.user_id, Kind.ACCOUNT_PAUSED, "slow", data))
        await reader.told("published")
        quick = await read(stream)
    late = await read(stream)
    assert [one.kind for one in quick.notifications] == ["published"]
    assert [one.kind for one in late.notifications] == ["account_paused"]
    assert late.notifications[0].created_time.ToDatetime() < (
        quick.notifications[0].created_time.ToDatetime()
    )
    stream.cancel()


async def test_nothing_is_told_of_what_was_rolled_back(reader: Reader) -> None:
    stream = reader.watch()
    await read(stream)
    with pytest.raises(UserNotFound):
        await _tell(reader.room.given.db, reader.user_id, uuid4())
    await reader.told("published")
    assert [one.kind for one in (await read(stream)).notifications] == ["published"]
    stream.cancel()


async def test_watch_hears_again_after_its_connection_was_cut(reader: Reader) -> None:
    stream = reader.watch()
    await read(stream)
    cut = await reader.room.admin.fetchval(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE query ILIKE 'listen %' AND datname = current_database()"
    )
    assert cut == 1
    await reader.told("published")
    assert [one.kind for one in (await read(stream)).notifications] == ["published"]
    stream.cancel()


async def test_watch_ends_with_a_last_message_before_its_deadline(reader: Reader) -> None:
    stream = reader.watch(timeout=1.5)
    replies = [reply async for reply in stream]
    assert [reply.is_last for reply in replies] == [False, True]
    assert await stream.code() is grpc.StatusCode.OK
