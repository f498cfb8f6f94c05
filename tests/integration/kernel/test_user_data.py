"""What a service holds about a user: all of it is handed out, all of it is erased, and no more."""

import json
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.analytics.__main__ import build as build_analytics
from services.automation.__main__ import build as build_automation
from services.content.__main__ import build as build_content
from services.kernel.config import Settings
from services.kernel.runtime import Build, runtime
from services.kernel.user_data import BATCH, SECRET_COLUMNS, user_tables
from tests.support.rooms import RunningRoom
from tests.support.work import Work

ROOMS = ("auth", "profile", "content", "automation", "safety", "analytics")
StartRoom = Callable[..., Awaitable[RunningRoom]]

ABOUT_NOBODY = {
    *(f"{room}.periodic_runs" for room in ROOMS),
    "auth.jwt_keys",
    "auth.audit_seals",
    "profile.linkedin_capabilities",
    "profile.linkedin_learned_limits",
    "profile.push_keys",
    "analytics.industry_benchmarks",
    # Keyed hashes of addresses, registered or not; they end by themselves within days.
    "auth.login_throttles",
    "auth.registration_marks",
}
SECRET_LIKE = ("hash", "secret", "token", "password", "code", "nonce", "seed", "key", "_ct", "salt")
HARMLESS = {
    *("error_code", "status_code", "response_code"),
    *("tokens_used", "input_tokens", "output_tokens", "token_type"),
    *("hash_key_id", "key_id", "secret_key_id", "previous_secret_key_id", "refresh_seed_key_id"),
    *("key", "dedupe_key", "idempotency_key", "object_key"),
    *("password_changed_at", "tokens_valid_after"),
}
"""Looks like a secret, and says nothing that opens anything."""
COLUMNS = """
    SELECT table_schema || '.' || table_name AS table, column_name AS column, data_type
      FROM information_schema.columns JOIN pg_class ON pg_class.oid
           = format('%I.%I', table_schema, table_name)::regclass
     WHERE table_schema = ANY ($1) AND relkind IN ('r', 'p') AND NOT relispartition
"""


async def _user_tables(make_settings: Callable[..., Settings]) -> set[str]:
    found = set()
    for room in ROOMS:
        async with runtime(room, make_settings()) as given:
            found |= {f"{room}.{table.name}" for table in await user_tables(given.db)}
    return found


async def test_every_table_is_a_users_or_about_nobody(
    make_settings: Callable[..., Settings], admin: asyncpg.Connection
) -> None:
    tables = {row["table"] for row in await admin.fetch(COLUMNS, ROOMS)}
    assert await _user_tables(make_settings) == tables - ABOUT_NOBODY
    assert tables >= ABOUT_NOBODY


async def test_no_column_that_looks_like_a_secret_is_handed_out_by_mistake(
    make_settings: Callable[..., Settings], admin: asyncpg.Connection
) -> None:
    """A new one must be classed: left out by name, of bytes, or harmless."""
    of_users = await _user_tables(make_settings)
    suspicious = {
        row["column"]
        for row in await admin.fetch(COLUMNS, ROOMS)
        if row["table"] in of_users
        and row["data_type"] != "bytea"
        and any(word in row["column"] for word in SECRET_LIKE)
    }
    assert suspicious - SECRET_COLUMNS == HARMLESS
    assert suspicious >= SECRET_COLUMNS


@pytest.fixture
def start_work(start_room: StartRoom) -> Callable[[str, Build], Awaitable[Work]]:
    async def start(name: str, build: Build) -> Work:
        return Work(await start_room(name, build))

    return start


StartWork = Callable[[str, Build], Awaitable[Work]]


async def _write_content(admin: asyncpg.Connection, user_id: UUID, body: str = "hello") -> UUID:
    content_id: UUID = await admin.fetchval(
        "INSERT INTO content.content (user_id, type, content, body_text)"
        " VALUES ($1, 'post', '{}', $2) RETURNING id",
        user_id,
        body,
    )
    await admin.execute(
        "INSERT INTO content.content_performance (content_id, metric_type) VALUES ($1, 'views')",
        content_id,
    )
    return content_id


async def _dump(admin: asyncpg.Connection, room: str) -> str:
    tables = await admin.fetch(COLUMNS, [room])
    rows = [
        str(await admin.fetch(f"SELECT entry::text FROM {table} AS entry"))
        for table in {row["table"] for row in tables}
    ]
    return "\n".join(rows)


async def test_archive_holds_every_table_of_the_user_and_nobody_elses(
    start_work: StartWork, admin: asyncpg.Connection
) -> None:
    content = await start_work("content", build_content)
    user_id, other_id = await content.room.make_user(), await content.room.make_user()
    content_id = await _write_content(admin, user_id, "mine")
    await _write_content(admin, other_id, "theirs")
    await admin.execute(
        "INSERT INTO content.outbox (topic, user_id, secret_ct, secret_nonce, secret_key_id)"
        " VALUES ('mail', $1, 'sealed', 'nonce of 12b', 'k1')",
        user_id,
    )
    found = await content.export(user_id)
    assert set(found) == {"content", "content_performance", "outbox"}
    assert [row["body_text"] for row in found["content"]] == ["mine"]
    assert [row["content_id"] for row in found["content_performance"]] == [str(content_id)]
    assert not {"secret_ct", "secret_nonce"} & set(found["outbox"][0])
    assert await content.export(uuid4()) == {}


async def test_erasing_takes_some_thousand_rows_a_call_and_leaves_the_others_alone(
    start_work: StartWork, admin: asyncpg.Connection
) -> None:
    content = await start_work("content", build_content)
    user_id, other_id = await content.room.make_user(), await content.room.make_user()
    await admin.execute(
        "INSERT INTO content.content (user_id, type, content)"
        " SELECT $1, 'post', '{}' FROM generate_series(1, $2)",
        user_id,
        BATCH,
    )
    await _write_content(admin, user_id)
    await _write_content(admin, other_id)
    count = "SELECT count(*) FROM content.content WHERE user_id = $1"

    assert [await content.erase(user_id) for _ in range(3)] == [False, True, True]

    assert await admin.fetchval(count, user_id) == 0
    assert await admin.fetchval(count, other_id) == 1
    assert str(user_id) not in await _dump(admin, "content")
    assert await admin.fetchval("SELECT count(*) FROM content.content_performance") == 1


async def test_keys_messages_and_cursors_that_name_the_user_go_too(
    start_work: StartWork, admin: asyncpg.Connection
) -> None:
    content = await start_work("content", build_content)
    user_id, other_id = await content.room.make_user(), await content.room.make_user()
    for owner in (user_id, other_id):
        await admin.execute(
            "INSERT INTO content.idempotency_keys (caller_id, method, key, request_hash)"
            " VALUES ($1, 'm', 'k', '')",
            f"user:{owner}",
        )
    named = json.dumps({"events": [{"user_id": str(user_id)}, {"user_id": str(other_id)}]})
    await admin.execute(
        "INSERT INTO content.outbox (topic, user_id, payload, done_at)"
        " VALUES ('a', $1, '{}', NULL), ('b', $2, $3, now()), ('c', $2, '{}', NULL)",
        user_id,
        other_id,
        named,
    )
    await admin.execute(
        "INSERT INTO content.periodic_runs (name, due_at, state, cursor)"
        " VALUES ('p', now(), 'failed', $1)",
        named,
    )
    while not await content.erase(user_id):
        pass
    assert str(user_id) not in await _dump(admin, "content")
    assert [row["topic"] for row in await admin.fetch("SELECT topic FROM content.outbox")] == ["c"]
    keys = await admin.fetch("SELECT caller_id FROM content.idempotency_keys")
    assert [row["caller_id"] for row in keys] == [f"user:{other_id}"]


async def test_a_history_that_may_not_be_deleted_goes_with_what_it_tells_of(
    start_work: StartWork, admin: asyncpg.Connection
) -> None:
    automation = await start_work("automation", build_automation)
    user_id = await automation.room.make_user()
    await admin.execute(
        "WITH attempt AS (INSERT INTO automation.automation_logs (user_id, action_id, action_type)"
        " VALUES ($1, $1, 'publish_post') RETURNING id)"
        " INSERT INTO automation.automation_log_events (attempt_id, user_id, to_state, fence)"
        " SELECT id, $1, 'claimed', 1 FROM attempt",
        user_id,
    )
    assert set(await automation.export(user_id)) == {"automation_logs", "automation_log_events"}
    assert await automation.erase(user_id)
    assert str(user_id) not in await _dump(admin, "automation")


async def test_every_month_of_the_time_series_is_handed_out_and_erased(
    start_work: StartWork, admin: asyncpg.Connection
) -> None:
    analytics = await start_work("analytics", build_analytics)
    user_id, other_id = await analytics.room.make_user(), await analytics.room.make_user()
    for owner in (user_id, other_id):
        await admin.execute(
            "INSERT INTO analytics.analytics_events"
            " (time, user_id, event_type, event_category, event_id)"
            " SELECT now() + make_interval(days => n), $1, 't', 'c', gen_random_uuid()"
            "   FROM generate_series(-40, 40, 10) AS n",
            owner,
        )
        await admin.execute(
            "INSERT INTO analytics.analytics_events_archive"
            " (time, user_id, event_type, event_category, event_id)"
            " VALUES (now() - interval '400 days', $1, 't', 'c', gen_random_uuid())",
            owner,
        )
    found = await analytics.export(user_id)
    assert len(found["analytics_events"]) == 9
    assert len(found["analytics_events_archive"]) == 1

    assert await analytics.erase(user_id)

    assert str(user_id) not in await _dump(admin, "analytics")
    assert len((await analytics.export(other_id))["analytics_events"]) == 9
