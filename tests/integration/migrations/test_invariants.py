"""Rules that the tables keep by themselves, whatever a service does."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import asyncpg
import pytest

from stack.names import SERVICES
from stack.reencrypting import sealed_columns
from tests.integration.migrations.conftest import Connect, insert, tuples

MakeUser = Callable[..., Awaitable[str]]
Insert = Callable[..., Awaitable[str]]

STATUS_OF_STATE = {
    "planned": "pending",
    "queued": "pending",
    "claimed": "pending",
    "unknown": "pending",
    "reconciling": "pending",
    "needs_human": "pending",
    "confirmed": "success",
    "rejected": "failed",
    "not_found": "failed",
    "blocked": "skipped",
    "skipped": "skipped",
}
OVER = {"rejected", "not_found", "blocked", "skipped"}


@pytest.fixture
def add_attempt(connect: Connect, make_user: MakeUser) -> Insert:
    """Insert a row of the action ledger; without a user_id, for a user of its own."""

    async def add(**columns: object) -> str:
        row = {"action_type": "publish", "action_id": uuid4()} | columns
        row.setdefault("user_id", await make_user())
        return await insert(await connect("automation"), "automation_logs", **row)

    return add


@pytest.fixture
def add_content(connect: Connect, make_user: MakeUser) -> Insert:
    async def add(**columns: object) -> str:
        row = {"user_id": await make_user(), "type": "post", "content": "{}"} | columns
        return await insert(await connect("content"), "content", **row)

    return add


@pytest.mark.parametrize("state", STATUS_OF_STATE)
async def test_the_ledgers_status_follows_its_state(
    add_attempt: Insert, admin: asyncpg.Connection, state: str
) -> None:
    await add_attempt(state=state, attempt=3)

    rows = await tuples(admin, "SELECT status, retry_count FROM automation.automation_logs")

    assert rows == [(STATUS_OF_STATE[state], 2)]


@pytest.mark.parametrize("state", STATUS_OF_STATE)
async def test_a_second_attempt_waits_until_the_first_cannot_have_happened(
    add_attempt: Insert, make_user: MakeUser, state: str
) -> None:
    user_id, action_id = await make_user(), uuid4()
    await add_attempt(user_id=user_id, action_id=action_id, attempt=1, state=state)
    second = add_attempt(user_id=user_id, action_id=action_id, attempt=2)

    if state in OVER:
        await second
    else:
        with pytest.raises(asyncpg.UniqueViolationError, match="automation_logs_one_live_key"):
            await second


async def test_what_needs_the_member_does_not_leave_planned_without_them(
    add_attempt: Insert, connect: Connect
) -> None:
    automation = await connect("automation")
    await add_attempt(requires_member=True)

    with pytest.raises(
        asyncpg.CheckViolationError, match="automation_logs_member_confirmed_at_check"
    ):
        await automation.execute("UPDATE automation_logs SET state = 'queued'")

    await automation.execute(
        "UPDATE automation_logs SET state = 'queued', member_confirmed_at = now()"
    )


async def test_a_transition_once_recorded_is_not_rewritten(
    add_attempt: Insert, connect: Connect
) -> None:
    automation = await connect("automation")
    attempt_id = await add_attempt()
    await automation.execute(
        """INSERT INTO automation_log_events (attempt_id, user_id, to_state, fence)
           SELECT id, user_id, state, fence FROM automation_logs WHERE id = $1""",
        attempt_id,
    )

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await automation.execute("UPDATE automation_log_events SET to_state = 'confirmed'")
    await automation.execute("DELETE FROM automation_logs")
    assert await automation.fetchval("SELECT count(*) FROM automation_log_events") == 0


@pytest.mark.parametrize(
    ("micros", "cents"), [(None, None), (0, 0), (1, 1), (9_999, 1), (10_000, 1), (10_001, 2)]
)
async def test_cents_are_rounded_up_from_micros(
    connect: Connect, make_user: MakeUser, micros: int | None, cents: int | None
) -> None:
    content = await connect("content")
    await insert(
        content, "ai_generation_logs", user_id=await make_user(), ai_provider="openai",
        model_name="m", prompt="p", status="success", kind="text", cost_micros=micros,
    )  # fmt: skip

    assert await content.fetchval("SELECT cost_cents FROM ai_generation_logs") == cents


async def test_search_finds_words_of_the_title_before_those_of_the_text(
    add_content: Insert, connect: Connect
) -> None:
    in_body = await add_content(title="Note", body_text="All about Größe and sailing")
    in_title = await add_content(title="SAILING, again", body_text="nothing")
    await add_content(title="Rowing", body_text=None)
    find = """SELECT id::text FROM content WHERE search @@ websearch_to_tsquery('simple', $1)
               ORDER BY ts_rank_cd(search, websearch_to_tsquery('simple', $1)) DESC"""
    content = await connect("content")

    assert [row["id"] for row in await content.fetch(find, "sailing")] == [in_title, in_body]
    # The database's own locale lowers letters beyond ASCII too.
    assert [row["id"] for row in await content.fetch(find, "GRÖSSE")] == []
    assert [row["id"] for row in await content.fetch(find, "GRÖßE")] == [in_body]


async def test_titles_are_found_by_near_spelling(add_content: Insert, connect: Connect) -> None:
    content_id = await add_content(title="Leadership lessons")

    rows = await tuples(
        await connect("content"),
        "SELECT id::text FROM content WHERE title % $1",
        "leadershp lesons",
    )

    assert rows == [(content_id,)]


@pytest.mark.parametrize(("priority", "queue"), [(5, "high"), (0, "normal"), (-1, "low")])
async def test_a_jobs_queue_follows_its_priority(
    connect: Connect, make_user: MakeUser, priority: int, queue: str
) -> None:
    automation = await connect("automation")
    await automation.execute(
        """INSERT INTO scheduled_jobs (user_id, job_type, job_data, scheduled_for, priority)
           VALUES ($1, 'run', '{}', now(), $2)""",
        await make_user(),
        priority,
    )

    assert await automation.fetchval("SELECT queue FROM scheduled_jobs") == queue


async def test_content_is_not_scheduled_without_a_time(add_content: Insert) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="content_scheduled_at_check"):
        await add_content(status="scheduled")


async def test_an_address_is_taken_in_any_spelling(make_user: MakeUser) -> None:
    await make_user(email="Ada@Example.com")

    with pytest.raises(asyncpg.UniqueViolationError, match="users_email_lower_key"):
        await make_user(email="aDA@example.COM")


async def test_a_linkedin_account_has_one_active_owner(
    connect: Connect, make_user: MakeUser
) -> None:
    profile = await connect("profile")
    await insert(profile, "linkedin_profiles", user_id=await make_user(), linkedin_id="li-1")
    other = {"user_id": await make_user(), "linkedin_id": "li-1"}

    with pytest.raises(asyncpg.UniqueViolationError, match="linkedin_profiles_linkedin_id_key"):
        await insert(profile, "linkedin_profiles", **other)
    await profile.execute("UPDATE linkedin_profiles SET is_active = false")
    await insert(profile, "linkedin_profiles", **other)


async def test_the_applications_quota_has_one_row_a_period(connect: Connect) -> None:
    add = """INSERT INTO rate_limit_usage
               (user_id, resource_type, max_quota, reset_period_start, reset_period_end)
             VALUES (NULL, 'share_api', 100, '2026-01-01', '2026-01-02')"""
    safety = await connect("safety")
    await safety.execute(add)

    with pytest.raises(asyncpg.UniqueViolationError):
        await safety.execute(add)


@pytest.mark.parametrize("days", ["{0}", "{8}", "{1,9}"])
async def test_a_week_has_seven_days(connect: Connect, make_user: MakeUser, days: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="safety_settings_work_days_check"):
        await (await connect("safety")).execute(
            f"INSERT INTO safety_settings (user_id, work_days) VALUES ($1, '{days}')",
            await make_user(),
        )


async def test_erasing_an_account_leaves_no_row_that_names_it(
    connect: Connect, make_user: MakeUser, add_attempt: Insert, admin: asyncpg.Connection
) -> None:
    user_id = await make_user()
    await add_attempt(user_id=user_id)
    await insert(await connect("profile"), "user_preferences", user_id=user_id)
    await insert(await connect("safety"), "safety_settings", user_id=user_id)
    await insert(await connect("content"), "content", user_id=user_id, type="post", content="{}")

    await (await connect("auth")).execute("DELETE FROM users WHERE id = $1", user_id)

    for table in (
        "automation.automation_logs", "profile.user_preferences", "safety.safety_settings",
        "content.content",
    ):  # fmt: skip
        assert await admin.fetchval(f"SELECT count(*) FROM {table}") == 0


SEALED_COLUMNS = """
    SELECT class.relname AS table, field.attname AS column,
           array(SELECT other.attname FROM pg_attribute AS other
                  WHERE other.attrelid = class.oid AND other.attnum > 0) AS beside
      FROM pg_attribute AS field JOIN pg_class AS class ON class.oid = field.attrelid
     WHERE class.relnamespace = $1::regnamespace AND class.relkind IN ('r', 'p')
       AND NOT class.relispartition AND field.atttypid = 'bytea'::regtype
       AND (field.attname LIKE '%\\_ct' OR field.attname = 'data_key')
"""


@pytest.mark.parametrize("service", SERVICES)
async def test_what_is_sealed_is_known_to_those_who_reencrypt(
    admin: asyncpg.Connection, service: str
) -> None:
    """A new sealed column belongs into the service's `sealed_columns.py`."""
    known = {(each.table, each.ciphertext_column): each for each in sealed_columns(service)}
    with_data_keys = {each.table for each in known.values() if each.is_data_key}
    found = set()
    for row in await admin.fetch(SEALED_COLUMNS, service):
        place = (row["table"], row["column"])
        column = known.get(place)
        if column is None and row["table"] in with_data_keys:
            continue  # under the row's data key
        assert column is not None, f"{place} is missing in {service}/sealed_columns.py"
        needed = {column.key_id_column, column.owner, column.nonce_column or column.name}
        assert needed <= set(row["beside"])
        found.add(place)
    assert found == known.keys()
