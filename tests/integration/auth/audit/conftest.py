"""A log with three seals, and who may tamper with it."""

import base64
import os
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.auth.audit.checking import Checker
from services.auth.audit.events import note
from services.auth.audit.model import Report
from services.auth.audit.sealing import Sealer
from services.auth.audit.signing import SealKeys
from services.kernel.config import CryptoSettings, Key
from tests.integration.auth.conftest import People
from tests.integration.auth.oversight import Admin, make_admin
from tests.support.rooms import RunningRoom


@dataclass
class Chain:
    """The log of a room, sealed and checked by hand."""

    room: RunningRoom
    sealer: Sealer
    checker: Checker

    @property
    def admin(self) -> asyncpg.Connection:
        return self.room.admin

    async def write(self, events: int = 3) -> UUID:
        """A new account, and security events about it, each in a transaction of its own."""
        user_id = await self.room.make_user()
        for number in range(events):
            async with self.room.given.db.transaction() as tx:
                await note(tx, "tried", user_id, {"number": number})
        return user_id

    async def seal(self) -> bool:
        """Seal what is there; whether more waits."""
        return await self.sealer.seal() is not None

    async def check(self, from_id: int = 1, limit: int = 1_000) -> Report:
        return await self.checker.check(from_id, limit)

    async def rows_of(self, seal_id: int) -> list[asyncpg.Record]:
        return await self.admin.fetch(
            """SELECT log.* FROM auth.audit_log AS log
                 JOIN auth.audit_seals AS seal ON log.tx >= seal.from_tx AND log.tx < seal.to_tx
                WHERE seal.id = $1 ORDER BY log.tx, log.id""",
            seal_id,
        )


def seal_keys(*key_ids: str) -> SealKeys:
    keys = [base64.b64encode(os.urandom(32)).decode() for _ in key_ids]
    return SealKeys(
        CryptoSettings(
            audit_keys=tuple(
                Key(id=key_id, key=SecretStr(key))
                for key_id, key in zip(key_ids, keys, strict=True)
            )
        )
    )


@pytest.fixture
def chain(room: RunningRoom) -> Chain:
    """An unsealed log."""
    keys = SealKeys(room.given.settings.crypto)
    return Chain(room, Sealer(room.given.db, keys), Checker(room.given.db, keys))


@pytest_asyncio.fixture
async def sealed(chain: Chain) -> Chain:
    """Three seals, each over an account's first rows."""
    for _ in range(3):
        await chain.write()
        await chain.seal()
    report = await chain.check()
    assert (report.checked_seals, report.broken_seal_id) == (3, 0)
    return chain


@pytest_asyncio.fixture
async def administrator(people: People) -> Admin:
    return await make_admin(people)
