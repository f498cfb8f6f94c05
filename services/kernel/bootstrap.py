"""Makes the roles and the database that everything else logs in to."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from services.kernel.sql import Queries

_SQL = Queries(Path(__file__).with_suffix(".sql"))
LOGIN_ROLES = ("migrator", "auth", "profile", "content", "automation", "safety", "analytics")
"""Suffixes of the roles that log in: one for migrations, one per service."""

_SCRAM_ITERATIONS = 4096


class BootstrapError(Exception):
    """The roles or the database cannot be made; the message says why."""


async def bootstrap(
    admin_dsn: str, *, passwords: Mapping[str, str], database: str = "inergize"
) -> None:
    """Create or correct all roles and the database, as a superuser; repeating it is harmless.

    `passwords` maps a role's suffix (one of LOGIN_ROLES) to its password: printable ASCII. A role
    left out keeps the password it has. Passwords leave this process as SCRAM verifiers only.
    Time series in another database, or another cluster, need a run there too.
    Raises BootstrapError, or asyncpg's error when the server refuses.
    """
    verifiers = {_role(suffix): scram_verifier(word) for suffix, word in passwords.items()}
    admin = await asyncpg.connect(admin_dsn, timeout=10)
    try:
        await admin.execute(_SQL["create_roles"])
        for role, verifier in verifiers.items():
            await admin.execute(await admin.fetchval(_SQL["set_password"], role, verifier))
        await _create_database(admin, database)
    finally:
        await admin.close()
    await _prepare_database(admin_dsn, database)


def scram_verifier(password: str) -> str:
    """Return what PostgreSQL stores for a password, so that the server never sees the word itself.

    Source: RFC 5803, RFC 7677; PostgreSQL's `pg_authid.rolpassword`.
    Raises BootstrapError unless the password is printable ASCII (other text would need SASLprep).
    """
    if not password.isascii() or not password.isprintable() or not password:
        raise BootstrapError("a role's password must be printable ASCII")
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _SCRAM_ITERATIONS)
    stored_key = hashlib.sha256(_hmac(salted, b"Client Key")).digest()
    server_key = _hmac(salted, b"Server Key")
    fields = [base64.b64encode(value).decode() for value in (salt, stored_key, server_key)]
    return "SCRAM-SHA-256${}:{}${}:{}".format(_SCRAM_ITERATIONS, *fields)


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _role(suffix: str) -> str:
    if suffix not in LOGIN_ROLES:
        raise BootstrapError(f"there is no login role inergize_{suffix}")
    return f"inergize_{suffix}"


async def _create_database(admin: asyncpg.Connection, database: str) -> None:
    encoding = await admin.fetchval(_SQL["encoding"], database)
    if encoding is None:
        await admin.execute(await admin.fetchval(_SQL["create_database"], database))
    elif encoding != "UTF8":
        raise BootstrapError(
            f"the database {database} exists with encoding {encoding}; it must be UTF8"
        )


async def _prepare_database(admin_dsn: str, database: str) -> None:
    # The keyword overrides the database that the DSN names.
    owner = await asyncpg.connect(admin_dsn, database=database, timeout=10)
    try:
        await owner.execute(_SQL["prepare_database"])
    finally:
        await owner.close()
