"""Sealed values move under a new key while they are read and written, and nobody notices."""

import asyncio
import base64
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from services.kernel.config import CryptoSettings, Key, Settings
from services.kernel.crypto import CryptoError, Keys, Sealed, context
from services.kernel.db import Database, service_dsn
from services.kernel.reencryption import Progress, Reencryption
from services.kernel.sealed_columns import SHARED
from services.profile import store
from services.profile.connection.model import sealed_from_row
from services.profile.connection.store import move_to_revocations
from services.profile.connection.vault import Vault
from services.profile.linkedin.model import TokenSet
from services.profile.sealed_columns import SEALED

TOKENS = int(os.environ.get("INERGIZE_TEST_TOKENS", "150"))
READERS, WRITERS = 4, 2
TOKENS_COLUMN = next(column for column in SEALED if column.table == "linkedin_tokens")
EXPIRES = datetime.now(UTC) + timedelta(days=60)


def _key(key_id: str) -> Key:
    return Key(id=key_id, key=base64.b64encode(os.urandom(32)).decode())  # type: ignore[arg-type]


OLD, NEW = _key("old"), _key("new")


def _keys(*keys: Key) -> Keys:
    return Keys(CryptoSettings(encryption_keys=keys))


@dataclass
class Stored:
    """Connected members, and what their access tokens are now."""

    db: Database
    tokens: dict[UUID, str]

    async def opened(self, user_id: UUID, keys: Keys) -> str:
        credentials = await store.get_credentials(self.db, user_id)
        assert credentials is not None
        return Vault(keys).access_token(user_id, credentials.tokens)

    async def put(self, user_id: UUID, token: str, keys: Keys) -> None:
        granted = TokenSet(token, EXPIRES, frozenset({"openid"}), f"refresh-{token}")
        async with self.db.transaction() as tx:
            await store.put_tokens(tx, user_id, Vault(keys).seal(user_id, granted), granted)


Connected = Callable[[int], Awaitable[Stored]]


@pytest_asyncio.fixture
async def db(make_settings: Callable[..., Settings]) -> AsyncIterator[Database]:
    settings = make_settings()
    database = Database(service_dsn(settings, "profile"), "profile", settings)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def connected(db: Database, admin: asyncpg.Connection) -> Connected:
    async def make(count: int) -> Stored:
        """So many members, whose tokens are under the old key."""
        rows = await admin.fetch(
            """INSERT INTO auth.users (email, password_hash, first_name, last_name)
               SELECT 'm' || n || '@example.com', 'x', 'Ada', 'Lovelace'
                 FROM generate_series(1, $1::integer) AS n RETURNING id""",
            count,
        )
        users = [row["id"] for row in rows]
        await admin.executemany(
            "INSERT INTO profile.linkedin_profiles (user_id, linkedin_id) VALUES ($1, $2)",
            [(user_id, f"m-{user_id}") for user_id in users],
        )
        stored = Stored(db, {user_id: f"token-{user_id}" for user_id in users})
        for user_id, token in stored.tokens.items():
            await stored.put(user_id, token, _keys(OLD))
        return stored

    return make


async def test_tokens_move_to_a_new_key_under_load_without_an_error(
    connected: Connected, admin: asyncpg.Connection
) -> None:
    stored: Stored = await connected(TOKENS)
    during, users = _keys(NEW, OLD), list(stored.tokens)
    is_over, reads, writes = asyncio.Event(), 0, 0
    held = {user_id: asyncio.Lock() for user_id in users}

    async def read() -> None:
        nonlocal reads
        while not is_over.is_set():
            user_id = random.choice(users)
            async with held[user_id]:
                assert await stored.opened(user_id, during) == stored.tokens[user_id]
            reads += 1

    async def write() -> None:
        """As a process does that has not been started with the new key in front yet."""
        nonlocal writes
        while not is_over.is_set():
            user_id = random.choice(users)
            async with held[user_id]:
                token = f"token-{writes}-{user_id}"
                await stored.put(user_id, token, _keys(OLD, NEW) if writes < TOKENS else during)
                stored.tokens[user_id] = token
            writes += 1

    load = [asyncio.create_task(work()) for work in (*[read] * READERS, *[write] * WRITERS)]
    told: list[Progress] = []
    work = Reencryption(stored.db, during, (TOKENS_COLUMN, *SHARED))
    # Until those with the old settings have gone, some rows come back to the old key.
    while True:
        ended = await work.run(told.append)
        if writes >= TOKENS and not sum(each.left for each in ended):
            break
    is_over.set()
    await asyncio.gather(*load)

    print(f"\n{TOKENS} tokens, {reads} reads and {writes} writes meanwhile")
    assert told[0].left == TOKENS
    assert reads
    assert not sum(each.refused for each in ended)
    left = "SELECT count(*) FROM profile.linkedin_tokens WHERE key_id <> 'new'"
    assert await admin.fetchval(left) == 0
    for user_id, token in stored.tokens.items():
        assert await stored.opened(user_id, _keys(NEW)) == token
    (again, _) = await work.run()
    assert (again.done, again.left) == (0, 0)


async def test_a_run_that_was_cut_off_goes_on(connected: Connected) -> None:
    stored: Stored = await connected(30)
    work = Reencryption(stored.db, _keys(NEW, OLD), (TOKENS_COLUMN,), batch=10)

    def cut(progress: Progress) -> None:
        if progress.done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await work.run(cut)
    (ended,) = await work.run()

    assert (ended.done, ended.left) == (20, 0)
    for user_id, token in stored.tokens.items():
        assert await stored.opened(user_id, _keys(NEW)) == token


async def test_rows_that_somebody_holds_are_left_until_they_are_free(
    connected: Connected, db: Database
) -> None:
    stored: Stored = await connected(3)
    work = Reencryption(db, _keys(NEW, OLD), (TOKENS_COLUMN,))
    told = asyncio.Queue[Progress]()
    async with db.transaction() as tx:
        await tx.execute(
            "UPDATE linkedin_tokens SET is_valid = true WHERE user_id = $1",
            next(iter(stored.tokens)),
        )
        running = asyncio.create_task(work.run(told.put_nowait))
        while (await told.get()).done < 2:
            pass
        assert not running.done()

    (ended,) = await running
    assert (ended.done, ended.left) == (3, 0)


async def test_a_value_that_was_moved_is_an_incident_and_stops_nobody_else(
    connected: Connected, admin: asyncpg.Connection
) -> None:
    stored: Stored = await connected(5)
    victim, thief = list(stored.tokens)[:2]
    await admin.execute(
        """UPDATE profile.linkedin_tokens AS own SET access_token_ct = other.access_token_ct,
                  access_token_nonce = other.access_token_nonce, data_key = other.data_key
             FROM profile.linkedin_tokens AS other
            WHERE own.user_id = $1 AND other.user_id = $2""",
        thief,
        victim,
    )

    with pytest.raises(CryptoError):
        await stored.opened(thief, _keys(OLD))
    with capture_logs() as logs:
        (ended,) = await Reencryption(stored.db, _keys(NEW, OLD), (TOKENS_COLUMN,), batch=2).run()

    assert (ended.done, ended.refused, ended.left) == (4, 1, 1)
    (incident,) = [entry for entry in logs if entry["event"] == "sealed_value_refused"]
    assert incident["log_level"] == "critical"
    assert incident["column"] == "linkedin_tokens.data_key"


async def test_values_with_a_nonce_of_their_own_move_too(
    db: Database, admin: asyncpg.Connection
) -> None:
    message_id = await admin.fetchval(
        "INSERT INTO profile.outbox (topic) VALUES ('mail') RETURNING id"
    )
    sealed = _keys(OLD).seal(b"word", context("outbox.secret", message_id))
    await admin.execute(
        """UPDATE profile.outbox SET secret_ct = $2, secret_nonce = $3, secret_key_id = $4
            WHERE id = $1""",
        message_id,
        sealed.ciphertext,
        sealed.nonce,
        sealed.key_id,
    )

    (ended,) = await Reencryption(db, _keys(NEW, OLD), SHARED).run()

    assert (ended.done, ended.left) == (1, 0)
    row = await admin.fetchrow("SELECT secret_ct, secret_nonce, secret_key_id FROM profile.outbox")
    assert row is not None
    assert row["secret_key_id"] == "new"
    associated = context("outbox.secret", message_id)
    assert _keys(NEW).open(Sealed(*row), associated) == b"word"


async def test_every_column_of_profile_moves(
    connected: Connected, db: Database, admin: asyncpg.Connection
) -> None:
    """Tokens that wait to be given back are still bound to where they came from."""
    stored = await connected(2)
    (user_id, token), _ = stored.tokens.items()
    async with db.transaction() as tx:
        await move_to_revocations(tx, user_id)

    ended = await Reencryption(db, _keys(NEW, OLD), SEALED).run()

    assert {each.column.table: each.done for each in ended if each.done} == {
        "linkedin_tokens": 1,
        "linkedin_revocations": 1,
    }
    row = await admin.fetchrow("SELECT * FROM profile.linkedin_revocations")
    assert row is not None
    assert Vault(_keys(NEW)).access_token(user_id, sealed_from_row(row)) == token
