"""Other services hear of every change of an account, once, however often they come back."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import asyncpg
import grpc
import pytest
import pytest_asyncio
from inergize.auth.v1 import auth_internal_service_pb2 as pb

from tests.integration.auth.conftest import refusal
from tests.integration.migrations.server import Server
from tests.support.replies import error_info
from tests.support.rooms import RunningRoom

Stream = Callable[..., Any]
CHANGES, WRITERS = 60, 3


@pytest.fixture
def stream(room: RunningRoom, internal: Any) -> Stream:
    def open_stream(cursor: str = "", seconds: float = 20) -> Any:
        return internal.StreamUserChanges(
            pb.StreamUserChangesRequest(cursor=cursor),
            metadata=room.as_service("content"),
            timeout=seconds,
        )

    return open_stream


@pytest_asyncio.fixture
async def slow(postgres: Server, database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(postgres.dsn(database))
    yield connection
    await connection.close()


async def first(stream: Any) -> str:
    message = await stream.read()
    assert not message.user_id
    cursor: str = message.cursor
    assert cursor
    return cursor


async def rename(room: RunningRoom, user_id: UUID, name: str) -> None:
    await room.admin.execute("UPDATE auth.users SET first_name = $2 WHERE id = $1", user_id, name)


async def test_changes_are_told_as_they_happen(room: RunningRoom, stream: Stream) -> None:
    await room.make_user()  # before: not told
    running = stream()
    await first(running)

    user_id = await room.make_user()
    await rename(room, user_id, "Eve")
    await room.admin.execute("UPDATE auth.users SET last_login_at = now()")  # bookkeeping
    await room.admin.execute("DELETE FROM auth.users WHERE id = $1", user_id)

    told = [await running.read() for _ in range(3)]
    assert [message.user_id for message in told] == [str(user_id)] * 3
    assert [list(message.changed) for message in told] == [["created"], ["first_name"], ["erased"]]
    assert all(message.HasField("time") and not message.is_last for message in told)


async def test_stream_goes_on_after_its_cursor(room: RunningRoom, stream: Stream) -> None:
    running = stream()
    await first(running)
    user_id = await room.make_user()
    seen = await running.read()
    running.cancel()
    await rename(room, user_id, "Eve")

    again = stream(seen.cursor)

    assert await first(again) == seen.cursor
    assert list((await again.read()).changed) == ["first_name"]


async def test_change_of_a_long_transaction_is_not_overtaken(
    room: RunningRoom, stream: Stream, slow: asyncpg.Connection
) -> None:
    one, other = await room.make_user(), await room.make_user()
    running = stream()
    await first(running)
    await slow.execute("BEGIN")
    await slow.execute("UPDATE auth.users SET first_name = 'slow' WHERE id = $1", one)
    await rename(room, other, "quick")

    reading = asyncio.ensure_future(running.read())
    done, _ = await asyncio.wait([reading], timeout=1.5)
    assert not done
    await slow.execute("COMMIT")

    told = [await reading, await running.read()]
    assert [message.user_id for message in told] == [str(one), str(other)]


async def test_stream_ends_well_before_its_time_is_up(room: RunningRoom, stream: Stream) -> None:
    messages = [message async for message in stream(seconds=2.5)]

    assert [message.is_last for message in messages] == [False, True]
    assert messages[1].cursor


async def test_stream_ends_well_when_the_service_stops(room: RunningRoom, stream: Stream) -> None:
    running = stream()
    await first(running)

    room.given.draining.set()

    last = await asyncio.wait_for(running.read(), 5)
    assert last.is_last
    assert await running.read() is grpc.aio.EOF


async def test_last_cursor_skips_what_concerns_nobody(room: RunningRoom, stream: Stream) -> None:
    running = stream(seconds=4)
    cursor = await first(running)
    for _ in range(3):
        await room.admin.execute("SELECT auth.audit_note('x', gen_random_uuid(), '{}')")

    last = await running.read()

    assert last.is_last

    assert int(last.cursor.split("-")[0]) >= int(cursor.split("-")[0]) + 3


@pytest.mark.parametrize("cursor", ["x", "1", "1-", "-1-2", "1-2-3", "9" * 30 + "-1", "١-٢"])
async def test_cursor_that_is_none_is_refused(stream: Stream, cursor: str) -> None:
    refused = await refusal(stream(cursor).read())

    assert refused.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert error_info(refused).reason == "ERROR_REASON_INVALID_REQUEST"
    assert "cursor" in (refused.details() or "")


async def test_workers_may_not_listen(room: RunningRoom, internal: Any) -> None:
    running = internal.StreamUserChanges(
        pb.StreamUserChangesRequest(), metadata=room.as_service("workers")
    )

    assert (await refusal(running.read())).code() is grpc.StatusCode.PERMISSION_DENIED


async def test_nothing_is_missed_or_told_twice_over_many_connections(
    room: RunningRoom, stream: Stream
) -> None:
    users = [await room.make_user() for _ in range(WRITERS)]
    cursor = await first(stream())
    writing = [asyncio.create_task(_write(room, user_id)) for user_id in users]
    told: Counter[str] = Counter()
    per_user: dict[str, list[str]] = {}
    waits = random.Random(1)

    while sum(told.values()) < WRITERS * CHANGES:
        running = stream(cursor)
        await first(running)
        for _ in range(waits.randint(1, 25)):  # then the connection is lost
            message = await running.read()
            told[message.cursor] += 1
            per_user.setdefault(message.user_id, []).append(message.cursor)
            cursor = message.cursor
            if sum(told.values()) >= WRITERS * CHANGES:
                break
        running.cancel()
    await asyncio.gather(*writing)

    assert set(told.values()) == {1}
    assert {user: len(cursors) for user, cursors in per_user.items()} == {
        str(user_id): CHANGES for user_id in users
    }
    last = stream(cursor, seconds=2.5)
    assert [message.user_id async for message in last] == ["", ""]


async def _write(room: RunningRoom, user_id: UUID) -> None:
    """Change an account in transactions of different lengths, two changes in each."""
    waits = random.Random(user_id.int)
    for number in range(CHANGES // 2):
        async with room.given.db.transaction() as tx:
            for half in range(2):
                name = f"n{number}-{half}"
                await tx.execute("UPDATE users SET first_name = $2 WHERE id = $1", user_id, name)
                await asyncio.sleep(waits.random() * 0.02)
