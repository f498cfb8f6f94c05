"""Tells watching calls, in whichever process they are, that a content has changed.

What is missed costs nothing but time: watchers look at the database every now and then anyway.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from uuid import UUID

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from services.kernel.watchers import Watchers

PATTERN = "content:{*}:*"
HEAR_SECONDS = 10.0
RETRY_SECONDS = 0.5
CANCEL_AGAIN_SECONDS = 0.2
log = structlog.get_logger()


def channel(user_id: UUID, content_id: UUID) -> str:
    """Where changes of one content are announced."""
    return f"content:{{{user_id}}}:{content_id}"


class Changes:
    """Announces and hears changes; one Redis connection serves all watchers of a process."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._watchers = Watchers()
        self._hearing: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to hear."""
        self._hearing = asyncio.create_task(self._hear())

    async def close(self) -> None:
        """Stop hearing."""
        while self._hearing is not None and not self._hearing.done():
            # Once may not do: asyncio.wait_for, in which redis-py sends, swallows a cancellation
            # that meets its end (Python 3.11, github.com/python/cpython/issues/86296).
            self._hearing.cancel()
            await asyncio.wait([self._hearing], timeout=CANCEL_AGAIN_SECONDS)

    async def announce(self, changed: Iterable[tuple[UUID, UUID]]) -> None:
        """Say that contents, given as user id and content id, have changed."""
        try:
            async with self._client.pipeline(transaction=False) as pipeline:
                for user_id, content_id in changed:
                    pipeline.publish(channel(user_id, content_id), "")
                await pipeline.execute()
        except (RedisError, OSError) as unheard:
            log.warning("change_unheard", error=type(unheard).__name__)

    @asynccontextmanager
    async def watching(self, user_id: UUID, content_id: UUID) -> AsyncIterator[asyncio.Event]:
        """An event that is set whenever the content may have changed."""
        with self._watchers.watching(channel(user_id, content_id)) as changed:
            yield changed

    async def _hear(self) -> None:
        while True:
            try:
                await self._hear_until_lost()
            except (RedisError, OSError) as lost:
                log.warning("changes_lost", error=type(lost).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def _hear_until_lost(self) -> None:
        async with self._client.pubsub(ignore_subscribe_messages=True) as subscription:
            await subscription.psubscribe(PATTERN)
            while True:
                message = await subscription.get_message(timeout=HEAR_SECONDS)
                if message is not None:
                    self._watchers.wake(message["channel"])
