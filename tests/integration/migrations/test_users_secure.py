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


async def test_a_callers_function_is_not_shown_hidden_rows(
    admin: asyncpg.Connection, make_user: MakeUser
) -> None:
    await make_user(email="hidden@example.com", is_active=False)
    transaction = admin.transaction()
    await transaction.start()
    await admin.execute(
        """CREATE FUNCTION public.peek(word text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS
           $$ BEGIN RAISE EXCEPTION 'saw %', word; END $$;
           GRANT EXECUTE ON FUNCTION public.peek(text) TO inergize_support;
           GRANT USAGE ON SCHEMA public TO inergize_support;
           SET ROLE inergize_support"""
    )

    shown = await admin.fetch("SELECT FROM auth.users_secure WHERE public.peek(email)")
    await transaction.rollback()

    assert shown == []
