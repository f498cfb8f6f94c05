"""Watching: now, at every change, and a clear end."""

import asyncio
import gc
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import grpc
from inergize.content.v1 import content_pb2

from services.content.__main__ import build
from services.content.changes import Changes
from tests.integration.content.calls import Author, Machinery, soon
from tests.support.rooms import RunningRoom, running_room
from tests.support.waiting import eventually


async def read(stream: Any, seconds: float = 5) -> Any:
    return await asyncio.wait_for(stream.read(), seconds)


async def test_watch_shows_the_content_now_and_at_each_change(
    author: Author, machinery: Machinery
) -> None:
    draft = await author.create()
    stream = author.watch(draft.content_id)
    assert (await read(stream)).content == draft

    planned = await author.schedule(draft.content_id, soon())
    started = time.monotonic()
    assert (await read(stream)).content == planned
    assert time.monotonic() - started < 1  # heard, not found by looking

    claim = await machinery.claim_one()
    assert (await read(stream)).content.publish_state == content_pb2.PUBLISH_STATE_CLAIMED
    await machinery.begin(claim)
    assert (await read(stream)).content.publish_state == content_pb2.PUBLISH_STATE_PUBLISHING
    await machinery.publish(claim)
    assert (await read(stream)).content == await author.get(draft.content_id)
    stream.cancel()


async def test_watch_ends_with_a_last_message_before_its_deadline(author: Author) -> None:
    draft = await author.create()
    stream = author.watch(draft.content_id, timeout=2)
    replies = [reply async for reply in stream]
    assert [reply.is_last for reply in replies] == [False, True]
    assert not replies[-1].HasField("content")
    assert await stream.code() is grpc.StatusCode.OK


async def test_watch_needs_no_redis(author: Author, valkey: Any) -> None:
    draft = await author.create()
    stream = author.watch(draft.content_id)
    await read(stream)
    valkey.kill()
    try:
        planned = await author.schedule(draft.content_id, soon(hours=1))
        assert (await read(stream)).content == planned
    finally:
        valkey.start()
    stream.cancel()


async def test_watch_hears_again_after_redis_came_back(author: Author, valkey: Any) -> None:
    draft = await author.create()
    stream = author.watch(draft.content_id)
    await read(stream)
    valkey.kill()
    valkey.start()

    async def is_heard() -> bool:
        await author.schedule(draft.content_id, soon(hours=1))
        started = time.monotonic()
        await read(stream)
        return time.monotonic() - started < 0.5

    await eventually(is_heard, seconds=15)
    stream.cancel()


async def test_watch_of_a_deleted_content_ends(author: Author, room: RunningRoom) -> None:
    draft = await author.create()
    stream = author.watch(draft.content_id)
    await read(stream)
    await room.admin.execute("DELETE FROM content.content")
    assert (await read(stream)).is_last
    assert await read(stream) is grpc.aio.EOF


async def test_stopping_server_ends_its_streams_well(make_settings: Any, admin: Any) -> None:
    async with AsyncExitStack() as clients:
        async with running_room("content", build, make_settings(), admin) as room:
            channel = grpc.aio.insecure_channel(room.address)  # outlives the server
            await clients.enter_async_context(channel)
            user_id = await room.make_user()
            author = Author(replace(room, channel=channel), user_id, room.as_user(user_id))
            draft = await author.create()
            stream = author.watch(draft.content_id)
            await read(stream)
            started = time.monotonic()
        assert time.monotonic() - started < 2
        assert (await read(stream)).is_last
        assert await stream.code() is grpc.StatusCode.OK


async def test_cancelled_watchers_leave_nothing_behind(author: Author) -> None:
    draft = await author.create()
    streams = [author.watch(draft.content_id) for _ in range(20)]
    await asyncio.gather(*(read(stream) for stream in streams))

    def watchers() -> int:
        hubs = [found for found in gc.get_objects() if isinstance(found, Changes)]
        return sum(len(hub._watchers) for hub in hubs)

    assert watchers() == 20
    for stream in streams:
        stream.cancel()

    async def nobody_left() -> bool:
        return watchers() == 0

    await eventually(nobody_left, seconds=3)
