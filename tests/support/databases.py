"""Migrated databases, one a test, cloned from a template that is made once a run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from uuid import UUID

import asyncpg

from services.kernel.bootstrap import LOGIN_ROLES, bootstrap
from services.kernel.migrate import migrate
from tests.integration.migrations.server import Server

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
TEMPLATE = "room_template"
PASSWORDS = {role: f"word-of-{role}" for role in LOGIN_ROLES}
_numbers = count(1)


async def make_template(server: Server) -> None:
    await bootstrap(server.dsn("postgres"), passwords=PASSWORDS, database=TEMPLATE)
    await migrate(server.dsn(TEMPLATE, "inergize_migrator"), directory=MIGRATIONS)


@asynccontextmanager
async def cloned(server: Server) -> AsyncIterator[str]:
    """The name of a fresh migrated database."""
    name = f"room_{next(_numbers)}"
    await _as_admin(server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
    try:
        yield name
    finally:
        await _as_admin(server, f"DROP DATABASE {name} WITH (FORCE)")


async def insert_user(admin: asyncpg.Connection, **columns: object) -> UUID:
    """Insert an account; columns not given get plausible values."""
    row = {
        "email": f"person{next(_numbers)}@example.com",
        "password_hash": "$argon2id$v=19$m=47104,t=1,p=1$c2FsdA$aGFzaA",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "is_verified": True,
    } | columns
    places = ", ".join(f"${i}" for i in range(1, len(row) + 1))
    user_id: UUID = await admin.fetchval(
        f"INSERT INTO auth.users ({', '.join(row)}) VALUES ({places}) RETURNING id", *row.values()
    )
    return user_id


async def _as_admin(server: Server, statement: str) -> None:
    admin = await asyncpg.connect(server.dsn("postgres"))
    try:
        await admin.execute(statement)
    finally:
        await admin.close()
