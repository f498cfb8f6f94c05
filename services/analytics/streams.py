"""The event stream: tells the pipeline which batches have come, by partition of their users.

An entry holds a batch's id. The batch itself is a row, so a lost entry costs seconds, not events.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID
from zlib import crc32

import redis.asyncio as redis
from redis.exceptions import ResponseError

PARTITIONS = 16
GROUP = "analytics"
LONGEST = 1_000_000
BLOCK_MS = 300
"""Well below the client's own timeout: an idle stream is no failure."""
READ_AT_ONCE = 50
IDLE_MS = 30_000
"""A delivery that is this old belongs to a consumer that has died."""

_KEYS = [f"events:{{{partition}}}" for partition in range(PARTITIONS)]
_GROUP_IS_GONE = ("NOGROUP", "UNBLOCKED")


@dataclass(frozen=True, slots=True)
class Entry:
    """A delivered entry."""

    stream: str
    entry_id: str
    batch_id: UUID | None
    """None for an entry that was trimmed, or that is not ours."""


def partition_of(user_id: UUID) -> int:
    """The partition where a user's events meet; the same in every process."""
    return crc32(user_id.bytes) % PARTITIONS


class Streams:
    """All partitions, as one consumer sees them."""

    def __init__(self, client: redis.Redis, consumer: str) -> None:
        self._client = client
        self._consumer = consumer

    async def read(self, *, unfinished: bool) -> list[Entry]:
        """Wait a moment for new entries, or list those this consumer got and did not finish."""
        streams: dict[Any, Any] = dict.fromkeys(_KEYS, "0" if unfinished else ">")
        found: Any = []
        async with self._groups_made_if_gone():
            found = await self._client.xreadgroup(
                GROUP, self._consumer, streams, count=READ_AT_ONCE, block=BLOCK_MS
            )
        return [
            entry for stream, delivered in _pairs(found) for entry in _entries(stream, delivered)
        ]

    async def take_over(self) -> list[Entry]:
        """Take entries that another consumer got long ago and did not finish."""
        taken: list[Entry] = []
        async with self._groups_made_if_gone():
            for stream in _KEYS:
                _, delivered, *_ = await self._client.xautoclaim(
                    stream, GROUP, self._consumer, IDLE_MS, count=READ_AT_ONCE
                )
                taken += _entries(stream, delivered)
        return taken

    async def finish(self, entries: Sequence[Entry]) -> None:
        """Acknowledge entries and forget them: what they announced is a row."""
        async with self._client.pipeline(transaction=False) as pipe:
            for stream, group in groupby(entries, key=lambda entry: entry.stream):
                ids = [entry.entry_id for entry in group]
                pipe.xack(stream, GROUP, *ids)
                pipe.xdel(stream, *ids)
            await pipe.execute()

    async def leave(self) -> None:
        """Leave the group. What was not finished is found by the sweep."""
        for stream in _KEYS:
            await self._client.xgroup_delconsumer(stream, GROUP, self._consumer)

    @asynccontextmanager
    async def _groups_made_if_gone(self) -> AsyncIterator[None]:
        """Make the groups when they are not there: first start, or somebody wiped Redis."""
        try:
            yield
        except ResponseError as refused:
            if not str(refused).startswith(_GROUP_IS_GONE):
                raise
            await self._create_groups()

    async def _create_groups(self) -> None:
        for stream in _KEYS:
            try:
                await self._client.xgroup_create(stream, GROUP, id="0", mkstream=True)
            except ResponseError as refused:
                if not str(refused).startswith("BUSYGROUP"):
                    raise


async def announce(client: redis.Redis, partition: int, batch_id: UUID) -> None:
    """Tell the pipeline that a batch has come. Raises RedisError or OSError."""
    await client.xadd(
        _KEYS[partition], {"batch_id": str(batch_id)}, maxlen=LONGEST, approximate=True
    )


def _pairs(found: Any) -> Iterable[tuple[str, Any]]:
    """The reply by stream: a list under one version of the protocol, a map under the other."""
    if isinstance(found, dict):
        return [(stream, delivered[0]) for stream, delivered in found.items()]
    return found or []


def _entries(stream: str, delivered: Iterable[tuple[str, Any]]) -> list[Entry]:
    return [Entry(stream, entry_id, _batch_id(fields)) for entry_id, fields in delivered]


def _batch_id(fields: dict[str, str] | None) -> UUID | None:
    try:
        return UUID((fields or {})["batch_id"])
    except (KeyError, ValueError):
        return None
