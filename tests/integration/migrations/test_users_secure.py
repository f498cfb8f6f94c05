"""What support staff see of accounts."""

from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from tests.integration.migrations.conftest import Connect

MakeUser = Callable[..., Awaitable[str]]


async def test_support_sees_active_accounts_and_no_secret(
    admin: asyncpg.Connection, make_user: MakeUser
) -> None:
    active = await make_user()
    await make_user(is_active=False)
    await admin.execute("SET ROLE inergize_support")

    rows = await admin.fetch("SELECT * FROM auth.users_secure")

    assert [str(row["id"]) for row in rows] == [active]
    assert list(rows[0].keys()) == [
        "id", "email", "first_name", "last_name", "subscription_tier", "linkedin_connected",
        "created_at",
    ]  # fmt: skip


async def test_support_sees_nothing_else(admin: asyncpg.Connection) -> None:
    await admin.execute("SET ROLE inergize_support")

    for table in ("auth.users", "auth.user_sessions", "auth.audit_log", "profile.linkedin_tokens"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await admin.execute(f"SELECT FROM {table}")


@pytest.mark.parametrize("service", ["auth", "profile", "safety"])
async def test_no_service_uses_the_view(connect: Connect, service: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await (await connect(service)).execute("SELECT FROM auth.users_secure")


async def test_a_callers_function_is_kept_from_hidden_rows(catalogue: asyncpg.Connection) -> None:
    # Asked of the catalogue: today's planner tests is_active first anyway, as the cheapest clause.
    options = "SELECT reloptions FROM pg_class WHERE oid = 'auth.users_secure'::regclass"

    assert await catalogue.fetchval(options) == ["security_barrier=true"]
