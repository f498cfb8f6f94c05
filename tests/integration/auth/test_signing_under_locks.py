"""Whoever signs holds rows and a connection: it must not wait for another connection."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from services.auth.signing import signing_keys
from services.auth.signing.signing_keys import SigningKeys
from tests.support.rooms import RunningRoom


async def test_signing_goes_on_while_every_connection_is_taken(
    room: RunningRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = room.given
    keys = SigningKeys(given.db, given.keys)
    await keys.prepare()
    monkeypatch.setattr(signing_keys, "REREAD_SECONDS", 0.0)
    async with AsyncExitStack() as stack:
        for _ in range(given.settings.database.pool_max_size):
            await stack.enter_async_context(given.db.connection())
        async with asyncio.timeout(2):
            assert await keys.sign({"sub": "ada"})
