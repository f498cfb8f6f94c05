"""Databases to try migrations on: empty, migrated, and connections of every role."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from services.kernel.bootstrap import LOGIN_ROLES, bootstrap
from services.kernel.migrate import migrate
from tests.integration.migrations.server import Server, running_server

MIGRATIONS = Path(__file__).resolve().parents[3] / "migrations"
TEMPLATE = "migrated_template"
# What names a user goes with the user; the audit log, which records that too, goes last.
WITHOUT_ROWS = """
    DELETE FROM auth.users;
    DELETE FROM safety.rate_limit_usage;
    DELETE FROM analytics.analytics_events;
    DELETE FROM analytics.analytics_events_archive;
    DELETE FROM auth.audit_log;
    DELETE FROM auth.audit_subjects;
"""
PASSWORDS = {role: f"word-of-{role}" for role in LOGIN_ROLES}

Connect = Callable[..., Awaitable[asyncpg.Connection]]
_numbers = count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    asyncio.run(_make_template(server))
    return TEMPLATE


async def _make_template(server: Server) -> None:
    await bootstrap(server.dsn("postgres"), passwords=PASSWORDS, database=TEMPLATE)
    await migrate(server.dsn(TEMPLATE, "inergize_migrator"), directory=MIGRATIONS)


async def run_as_admin(server: Server, statement: str, database: str = "postgres") -> None:
    admin = await asyncpg.connect(server.dsn(database))
    try:
        await admin.execute(statement)
    finally:
        await admin.close()


@pytest_asyncio.fixture
async def empty_database(server: Server) -> AsyncIterator[str]:
    """The name of a database with roles and rights, and nothing else."""
    name = f"empty_{next(_numbers)}"
    await bootstrap(server.dsn("postgres"), passwords=PASSWORDS, database=name)
    yield name
    await run_as_admin(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def shared_database(server: Server, template: str) -> str:
    name = "migrated"
    asyncio.run(run_as_admin(server, f"CREATE DATABASE {name} TEMPLATE {template}"))
    return name


@pytest_asyncio.fixture
async def database(server: Server, shared_database: str) -> str:
    """The name of a migrated database without rows.

    It is emptied instead of cloned, so what a test adds to the schema it must take away.
    """
    await run_as_admin(server, WITHOUT_ROWS, shared_database)
    return shared_database


@pytest_asyncio.fixture
async def connect(server: Server, database: str) -> AsyncIterator[Connect]:
    """Connect to the migrated database as a service does: `await connect("auth")`.

    A service's name picks its role and schema; "admin" and "migrator" are themselves.
    """
    async with AsyncExitStack() as stack:

        async def connect_as(who: str, **settings: str) -> asyncpg.Connection:
            role = "postgres" if who == "admin" else f"inergize_{who}"
            settings = {"search_path": f"{who}, public"} | settings
            connection = await asyncpg.connect(server.dsn(database, role), server_settings=settings)
            stack.push_async_callback(connection.close)
            return connection

        yield connect_as


@pytest_asyncio.fixture
async def catalogue(server: Server, template: str) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection to the migrated template, to look at and not to touch."""
    connection = await asyncpg.connect(
        server.dsn(template), server_settings={"default_transaction_read_only": "on"}
    )
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def admin(connect: Connect) -> asyncpg.Connection:
    return await connect("admin")


@pytest.fixture
def make_user(connect: Connect) -> Callable[..., Awaitable[str]]:
    """Insert an account as the auth service does and return its id."""

    async def make(**columns: object) -> str:
        row = {
            "email": f"person{next(_numbers)}@example.com",
            "password_hash": "$argon2id$v=19$m=47104,t=1,p=1$c2FsdA$aGFzaA",
            "first_name": "Ada",
            "last_name": "Lovelace",
        } | columns
        return await insert(await connect("auth"), "users", **row)

    return make


async def tuples(
    connection: asyncpg.Connection, query: str, *parameters: object
) -> list[tuple[object, ...]]:
    """The rows of a query as plain tuples."""
    return [tuple(row) for row in await connection.fetch(query, *parameters)]


async def insert(connection: asyncpg.Connection, table: str, **row: object) -> str:
    """Insert one row and return its id as text, or its first column where there is no id."""
    places = ", ".join(f"${i}" for i in range(1, len(row) + 1))
    added = await connection.fetchrow(
        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places}) RETURNING *", *row.values()
    )
    assert added is not None
    return str(added.get("id", added[0]))
