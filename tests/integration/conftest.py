"""Real servers for integration tests: a PostgreSQL cluster and a Valkey once, a database a test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
import redis

from services.kernel.config import Settings
from services.kernel.runtime import Build
from tests.integration.migrations.server import Server, running_server
from tests.support.databases import cloned, make_template
from tests.support.rooms import RunningRoom, room_settings, running_room
from tests.support.valkey import Valkey, running_valkey

StartRoom = Callable[..., Awaitable[RunningRoom]]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL cluster with a migrated template."""
    with running_server() as server:
        asyncio.run(make_template(server))
        yield server


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[Valkey]:
    with running_valkey() as server:
        yield server


@pytest.fixture
def valkey(valkey_server: Valkey) -> Valkey:
    """A running, empty Valkey."""
    with redis.Redis(port=valkey_server.port) as client:
        client.flushall()
    return valkey_server


@pytest_asyncio.fixture
async def database(postgres: Server) -> AsyncIterator[str]:
    """The name of a migrated database of the test's own."""
    async with cloned(postgres) as name:
        yield name


@pytest_asyncio.fixture
async def admin(postgres: Server, database: str) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection to the test's database."""
    connection = await asyncpg.connect(postgres.dsn(database))
    yield connection
    await connection.close()


@pytest.fixture
def make_settings(postgres: Server, database: str, valkey: Valkey) -> Callable[..., Settings]:
    """Settings on the test's servers: `make_settings(linkedin=LinkedinSettings(...))`."""

    def make(**groups: Any) -> Settings:
        return room_settings(postgres, database, valkey.url, **groups)

    return make


@pytest_asyncio.fixture
async def start_room(
    make_settings: Callable[..., Settings], admin: asyncpg.Connection
) -> AsyncIterator[StartRoom]:
    """Serve a room: `await start_room("content", build)`; groups of settings may follow."""
    async with AsyncExitStack() as stack:

        async def start(name: str, build: Build, **groups: Any) -> RunningRoom:
            return await stack.enter_async_context(
                running_room(name, build, make_settings(**groups), admin)
            )

        yield start
