"""What the audit triggers write, what they leave out, and what erasure takes away."""

import json
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from tests.integration.migrations.conftest import Connect, insert, tuples

MakeUser = Callable[..., Awaitable[str]]


async def audit_rows(admin: asyncpg.Connection, table: str) -> list[dict[str, object]]:
    rows = await admin.fetch(
        "SELECT * FROM auth.audit_log WHERE table_name = $1 ORDER BY id", table
    )
    loaded = [dict(row) for row in rows]
    for row in loaded:
        for side in ("old_data", "new_data"):
            row[side] = json.loads(row[side]) if row[side] else None
    return loaded


async def test_registering_is_recorded_without_the_password(
    admin: asyncpg.Connection, make_user: MakeUser
) -> None:
    user_id = await make_user(email="ada@example.com")

    (row,) = await audit_rows(admin, "users")

    assert (row["operation"], str(row["user_id"])) == ("INSERT", user_id)
    assert row["row_id"] == str(row["subject"]) != user_id
    assert row["old_data"] is None
    assert isinstance(row["new_data"], dict)
    assert row["new_data"]["email"] == "ada@example.com"
    assert row["new_data"]["password_hash"] == "[redacted]"
    assert "argon2" not in json.dumps(row, default=str)


async def test_an_update_records_the_changed_columns_only(
    admin: asyncpg.Connection, connect: Connect, make_user: MakeUser
) -> None:
    user_id = await make_user()
    auth = await connect("auth")

    await auth.execute(
        "UPDATE users SET first_name = 'Grace', password_hash = 'new', last_name = last_name"
        " WHERE id = $1",
        user_id,
    )

    row = (await audit_rows(admin, "users"))[1]
    assert row["operation"] == "UPDATE"
    assert row["changed"] == ["first_name", "password_hash"]
    assert row["old_data"] == {"first_name": "Ada", "password_hash": "[redacted]"}
    assert row["new_data"] == {"first_name": "Grace", "password_hash": "[redacted]"}


@pytest.mark.parametrize(
    "assignments",
    [
        "last_login_at = now()",
        "last_login_at = now(), failed_logins = 0, locked_until = NULL",
        "first_name = first_name",
    ],
)
async def test_a_login_or_an_empty_update_writes_nothing(
    admin: asyncpg.Connection, connect: Connect, make_user: MakeUser, assignments: str
) -> None:
    await make_user()

    await (await connect("auth")).execute(f"UPDATE users SET {assignments}")

    assert [row["operation"] for row in await audit_rows(admin, "users")] == ["INSERT"]


async def test_a_deletion_is_recorded_with_all_that_cascades(
    admin: asyncpg.Connection, connect: Connect, make_user: MakeUser
) -> None:
    user_id = await make_user()
    await insert(await connect("profile"), "linkedin_profiles", user_id=user_id, linkedin_id="x")

    await (await connect("auth")).execute("DELETE FROM users WHERE id = $1", user_id)

    user_rows = await audit_rows(admin, "users")
    profile_rows = await audit_rows(admin, "linkedin_profiles")
    assert [row["operation"] for row in user_rows] == ["INSERT", "DELETE"]
    assert [row["operation"] for row in profile_rows] == ["INSERT", "DELETE"]
    assert user_rows[1]["new_data"] is None
    assert len({row["subject"] for row in user_rows + profile_rows}) == 1


async def test_the_actor_and_request_of_the_transaction_are_recorded(
    admin: asyncpg.Connection, connect: Connect, make_user: MakeUser
) -> None:
    await make_user()
    auth = await connect("auth")

    async with auth.transaction():
        await auth.execute(
            "SELECT set_config('inergize.actor', 'svc:auth', true),"
            "       set_config('inergize.request_id', 'r-1', true)"
        )
        await auth.execute("UPDATE users SET language = 'de'")
    await auth.execute("UPDATE users SET language = 'fr'")

    rows = await audit_rows(admin, "users")
    assert [(row["actor"], row["request_id"]) for row in rows] == [
        (None, None),
        ("svc:auth", "r-1"),
        (None, None),
    ]
    assert rows[1]["tx"] != rows[2]["tx"]


async def test_secrets_and_member_data_are_redacted_everywhere(
    admin: asyncpg.Connection, connect: Connect, make_user: MakeUser
) -> None:
    user_id = await make_user()
    auth, profile = await connect("auth"), await connect("profile")
    canary = b"canary-secret"
    shown = canary.hex()
    await insert(
        auth, "user_mfa", user_id=user_id, method="sms", secret_ct=canary,
        secret_nonce=b"n" * 12, backup_codes=["canary-code"], phone_number="canary-phone",
    )  # fmt: skip
    await auth.execute(
        """INSERT INTO user_sessions (user_id, session_token_hash, refresh_token_hash, hash_key_id,
               family_id, expires_at, idle_expires_at, user_agent, ip_address, refresh_seed_ct)
           VALUES ($1, $2, $2, 'k', $1, now(), now(), 'canary-agent', '192.0.2.7', $2)""",
        user_id,
        canary,
    )
    await insert(
        profile, "linkedin_tokens", user_id=user_id, access_token_ct=canary,
        access_token_nonce=b"n" * 12, refresh_token_ct=canary, data_key=canary, key_id="k1",
    )  # fmt: skip
    await insert(
        profile, "linkedin_profiles", user_id=user_id, linkedin_id="li-1", headline="Hello",
        summary="canary-summary", profile_data='{"canary": 1}',
    )  # fmt: skip

    written = [
        row
        for table in ("user_mfa", "user_sessions", "linkedin_tokens", "linkedin_profiles")
        for row in await audit_rows(admin, table)
    ]

    assert len(written) == 4
    text = json.dumps([row["new_data"] for row in written])
    assert "canary" not in text
    assert shown not in text
    assert "192.0.2.7" not in text
    assert text.count("[redacted]") == 16
    assert "Hello" in text
    assert '"email": null' in text  # an empty column stays visibly empty


async def test_a_session_is_recorded_when_it_begins_and_when_it_is_revoked(
    admin: asyncpg.Connection, connect: Connect, make_user: MakeUser
) -> None:
    user_id = await make_user()
    auth = await connect("auth")
    await auth.execute(
        """INSERT INTO user_sessions (user_id, session_token_hash, refresh_token_hash, hash_key_id,
               family_id, expires_at, idle_expires_at)
           VALUES ($1, 'a', 'b', 'k', $1, now(), now())""",
        user_id,
    )
    await auth.execute("UPDATE user_sessions SET last_accessed_at = now(), generation = 1")
    await auth.execute("UPDATE user_sessions SET revoked_at = now(), revoke_reason = 'logout'")
    await auth.execute("UPDATE user_sessions SET revoked_at = now()")
    await auth.execute("DELETE FROM user_sessions")

    rows = await audit_rows(admin, "user_sessions")

    assert [row["operation"] for row in rows] == ["INSERT", "UPDATE"]
    assert rows[1]["changed"] == ["revoke_reason", "revoked_at"]


async def test_rules_and_limits_are_recorded_by_their_keys(
    admin: asyncpg.Connection, connect: Connect, make_user: MakeUser
) -> None:
    user_id = await make_user()
    automation, safety = await connect("automation"), await connect("safety")
    rule_id = await insert(
        automation, "automation_rules", user_id=user_id, name="r", type="content_sharing",
        configuration="{}", safety_limits="{}",
    )  # fmt: skip
    await automation.execute("UPDATE automation_rules SET next_run_at = now(), version = 2")
    await insert(safety, "safety_settings", user_id=user_id)
    await insert(
        safety, "safety_limits", user_id=user_id, action_type="post", warmup_start=1,
        ramp_per_day=1, daily_cap=5, weekly_cap=20, min_gap_seconds=60,
    )  # fmt: skip

    tables = ("automation_rules", "safety_settings", "safety_limits")
    rows = [row for table in tables for row in await audit_rows(admin, table)]

    subject = rows[0]["subject"]
    assert [row["row_id"] for row in rows] == [rule_id, f"{subject}", f"{subject}/post"]


async def test_who_acts_is_recorded_by_the_pseudonym(
    admin: asyncpg.Connection, connect: Connect, make_user: MakeUser
) -> None:
    actor, other = await make_user(), await make_user()
    auth = await connect("auth")
    async with auth.transaction():
        await auth.execute("SELECT set_config('inergize.actor', $1, true)", f"user:{actor}")
        await auth.execute("UPDATE users SET language = 'de' WHERE id = $1", other)
        await auth.execute("SELECT audit_note('seen', $1, '{}')", other)

    pseudonym = await admin.fetchval(
        "SELECT subject FROM auth.audit_subjects WHERE user_id = $1", actor
    )
    actors = await tuples(admin, "SELECT actor FROM auth.audit_log WHERE actor IS NOT NULL")
    assert actors == [(f"subject:{pseudonym}",)] * 2


async def test_nothing_names_the_erased_even_where_they_acted_on_others(
    admin: asyncpg.Connection, connect: Connect, make_user: MakeUser
) -> None:
    erased, other = await make_user(), await make_user()
    auth = await connect("auth")
    async with auth.transaction():
        await auth.execute("SELECT set_config('inergize.actor', $1, true)", f"user:{erased}")
        await auth.execute("UPDATE users SET language = 'de'")
        await auth.execute("SELECT audit_note('seen', $1, '{}')", other)
        await auth.execute("DELETE FROM users WHERE id = $1", erased)
        await auth.execute("SELECT audit_erase($1)", erased)

    rows = await tuples(admin, "SELECT entry::text FROM auth.audit_log AS entry")
    assert len(rows) == 7
    assert not [row for row in rows if erased in str(row)]
    assert await tuples(
        admin,
        """SELECT new_data ->> 'event', user_id FROM auth.audit_log ORDER BY id DESC LIMIT 1""",
    ) == [("account_erased", None)]
    assert await tuples(admin, "SELECT user_id::text FROM auth.audit_subjects") == [(other,)]


async def test_erasing_again_changes_nothing(
    admin: asyncpg.Connection, connect: Connect, make_user: MakeUser
) -> None:
    erased = await make_user()
    auth = await connect("auth")
    await auth.execute("DELETE FROM users WHERE id = $1", erased)
    await auth.execute("SELECT audit_erase($1)", erased)
    before = await tuples(admin, "SELECT id FROM auth.audit_log")

    assert await auth.fetchval("SELECT audit_erase($1)", erased) == 0

    assert await tuples(admin, "SELECT id FROM auth.audit_log") == before


async def test_erasing_a_person_keeps_the_rows_and_forgets_who(
    admin: asyncpg.Connection, connect: Connect, make_user: MakeUser
) -> None:
    erased, kept = await make_user(), await make_user(email="kept@example.com")
    auth = await connect("auth")
    await auth.execute("DELETE FROM users WHERE id = $1", erased)
    hashes = [row["data_hash"] for row in await audit_rows(admin, "users")]

    assert await auth.fetchval("SELECT audit_erase($1)", erased) == 2

    rows = await audit_rows(admin, "users")
    assert [row["data_hash"] for row in rows] == hashes
    assert [str(row["user_id"]) for row in rows] == ["None", kept, "None"]
    assert [row["new_data"] is None for row in rows] == [True, False, True]
    assert await tuples(admin, "SELECT user_id::text FROM auth.audit_subjects") == [(kept,)]


async def test_the_hash_covers_the_data_with_its_salt(
    admin: asyncpg.Connection, make_user: MakeUser
) -> None:
    await make_user()
    covers = """SELECT data_hash = auth.audit_data_hash(data_salt, old_data, {}),
                       octet_length(data_salt) = 16 FROM auth.audit_log"""

    assert await tuples(admin, covers.format("new_data")) == [(True, True)]
    altered = covers.format("new_data || jsonb_build_object('email', 'x')")
    assert await tuples(admin, altered) == [(False, True)]
