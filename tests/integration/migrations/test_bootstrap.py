"""Roles, database and passwords, before any migration."""

import asyncpg
import pytest

from services.kernel.bootstrap import LOGIN_ROLES, BootstrapError, bootstrap, scram_verifier
from tests.integration.migrations.conftest import PASSWORDS, run_as_admin, tuples
from tests.integration.migrations.server import Server


@pytest.mark.parametrize("role", LOGIN_ROLES)
async def test_a_role_logs_in_with_its_password_and_no_other(
    server: Server, empty_database: str, role: str
) -> None:
    name, password = f"inergize_{role}", PASSWORDS[role]
    connection = await asyncpg.connect(server.password_dsn(empty_database, name, password))
    assert await connection.fetchval("SELECT current_user::text") == name
    await connection.close()

    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.password_dsn(empty_database, name, "wrong"))


async def test_repeating_it_changes_passwords_and_keeps_the_others(
    server: Server, empty_database: str
) -> None:
    await bootstrap(server.dsn("postgres"), passwords={"auth": "fresh"}, database=empty_database)
    try:
        for role, password in (("auth", "fresh"), ("safety", PASSWORDS["safety"])):
            dsn = server.password_dsn(empty_database, f"inergize_{role}", password)
            await (await asyncpg.connect(dsn)).close()
    finally:
        await bootstrap(server.dsn("postgres"), passwords=PASSWORDS, database=empty_database)


async def test_the_server_never_sees_a_password(server: Server, empty_database: str) -> None:
    await run_as_admin(server, "ALTER SYSTEM SET log_statement = 'all'")
    await run_as_admin(server, "SELECT pg_reload_conf()")
    try:
        await bootstrap(
            server.dsn("postgres"), passwords={"auth": "canary-word"}, database=empty_database
        )
    finally:
        await bootstrap(server.dsn("postgres"), passwords=PASSWORDS, database=empty_database)
        await run_as_admin(server, "ALTER SYSTEM RESET log_statement")
        await run_as_admin(server, "SELECT pg_reload_conf()")

    log = (server.folder / "log").read_text()
    assert "SCRAM-SHA-256$4096:" in log
    assert "canary-word" not in log


async def test_no_role_has_more_than_it_needs(catalogue: asyncpg.Connection) -> None:
    rows = await catalogue.fetch(
        """SELECT rolname, rolcanlogin FROM pg_roles WHERE rolname LIKE 'inergize_%'
              AND NOT (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication
                       OR rolbypassrls)"""
    )
    logins = {f"inergize_{role}" for role in LOGIN_ROLES}

    assert {row["rolname"] for row in rows} == logins | {"inergize_audit", "inergize_support"}
    assert {row["rolname"] for row in rows if row["rolcanlogin"]} == logins


async def test_the_database_is_utf8_and_sorts_the_same_everywhere(
    catalogue: asyncpg.Connection,
) -> None:
    rows = await tuples(
        catalogue,
        """SELECT pg_encoding_to_char(encoding), datlocprovider::text, datlocale,
                  datdba::regrole::text FROM pg_database WHERE datname = current_database()""",
    )
    assert rows == [("UTF8", "b", "C.UTF-8", "inergize_migrator")]


async def test_a_stranger_cannot_connect(server: Server, empty_database: str) -> None:
    await run_as_admin(server, "CREATE ROLE stranger LOGIN")
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await asyncpg.connect(server.dsn(empty_database, "stranger"))
    finally:
        await run_as_admin(server, "DROP ROLE stranger")


async def test_a_database_of_another_encoding_is_refused(server: Server) -> None:
    await run_as_admin(server, "CREATE DATABASE old TEMPLATE template0 ENCODING LATIN1 LOCALE 'C'")
    try:
        with pytest.raises(BootstrapError, match="LATIN1; it must be UTF8"):
            await bootstrap(server.dsn("postgres"), passwords={}, database="old")
    finally:
        await run_as_admin(server, "DROP DATABASE old")


async def test_an_unknown_role_or_an_odd_password_is_refused(server: Server) -> None:
    with pytest.raises(BootstrapError, match="no login role inergize_support"):
        await bootstrap(server.dsn("postgres"), passwords={"support": "x"})
    for word in ("", "naïve", "two\nlines"):
        with pytest.raises(BootstrapError, match="printable ASCII"):
            scram_verifier(word)
