"""Monthly partitions: made once, in UTC, with the rows that were waiting for them.

The tests share a database: each makes months that no other uses.
"""

from datetime import UTC, date, datetime

import asyncpg
import pytest

from tests.integration.migrations.conftest import Connect, tuples

SERIES = [
    "analytics_events",
    "profile_metrics",
    "api_performance_metrics",
    "content_engagement_metrics",
]
BOUNDS = "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = to_regclass($1)"


def months_from_now(count: int) -> list[str]:
    now = datetime.now(UTC)
    numbers = [now.year * 12 + now.month - 1 + i for i in range(count)]
    return [f"{n // 12}_{n % 12 + 1:02d}" for n in numbers]


async def make(connection: asyncpg.Connection, table: str, month: date) -> bool:
    return bool(await connection.fetchval("SELECT create_monthly_partition($1, $2)", table, month))


async def add_event(analytics: asyncpg.Connection, time: datetime) -> None:
    await analytics.execute(
        """INSERT INTO analytics_events (time, user_id, event_type, event_category, event_id)
           VALUES ($1, gen_random_uuid(), 'view', 'profile', gen_random_uuid())""",
        time,
    )


async def where_rows_are(admin: asyncpg.Connection) -> list[str]:
    rows = await admin.fetch(
        "SELECT tableoid::regclass::text FROM analytics.analytics_events ORDER BY time"
    )
    return [row[0].removeprefix("analytics.analytics_events_") for row in rows]


@pytest.mark.parametrize("table", [*(f"analytics.{series}" for series in SERIES), "auth.audit_log"])
async def test_this_month_and_two_ahead_are_there(
    catalogue: asyncpg.Connection, table: str
) -> None:
    children = await catalogue.fetch(
        """SELECT inhrelid::regclass::text AS name FROM pg_inherits
            WHERE inhparent = $1::text::regclass""",
        table,
    )
    expected = {f"{table}_{month}" for month in [*months_from_now(3), "default"]}

    assert {row["name"] for row in children} == expected


async def test_the_archive_starts_without_months(catalogue: asyncpg.Connection) -> None:
    children = await tuples(
        catalogue,
        """SELECT inhrelid::regclass::text FROM pg_inherits
            WHERE inhparent = 'analytics.analytics_events_archive'::regclass""",
    )
    assert children == [("analytics.analytics_events_archive_default",)]


async def test_a_month_is_made_once(connect: Connect) -> None:
    analytics = await connect("analytics")

    assert await make(analytics, "analytics_events", date(2024, 12, 17)) is True
    assert await make(analytics, "analytics_events", date(2024, 12, 1)) is False


async def test_rows_waiting_in_default_move_to_their_month(
    connect: Connect, admin: asyncpg.Connection
) -> None:
    analytics = await connect("analytics")
    edges = [
        datetime(2024, 1, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2024, 2, 1, tzinfo=UTC),
        datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2024, 3, 1, tzinfo=UTC),
    ]
    for time in edges:
        await add_event(analytics, time)
    assert await where_rows_are(admin) == ["default"] * 4

    await make(analytics, "analytics_events", date(2024, 2, 10))

    assert await where_rows_are(admin) == ["default", "2024_02", "2024_02", "default"]


@pytest.mark.parametrize(
    ("zone", "year"),
    [("Pacific/Kiritimati", 2021), ("America/Los_Angeles", 2022), ("Europe/Berlin", 2023)],
)
async def test_months_are_utc_months_in_any_session(
    connect: Connect, admin: asyncpg.Connection, zone: str, year: int
) -> None:
    analytics = await connect("analytics", timezone=zone)

    await make(analytics, "analytics_events", date(year, 10, 1))

    await admin.execute("SET timezone = 'UTC'")
    assert await admin.fetchval(BOUNDS, f"analytics.analytics_events_{year}_10") == (
        f"FOR VALUES FROM ('{year}-10-01 00:00:00+00') TO ('{year}-11-01 00:00:00+00')"
    )


async def test_the_twin_for_audit_rows_keeps_them_append_only(
    connect: Connect, admin: asyncpg.Connection
) -> None:
    auth = await connect("auth")
    await admin.execute(
        """INSERT INTO auth.audit_log (table_name, operation, subject, "timestamp")
           VALUES ('users', 'UPDATE', gen_random_uuid(), '2024-05-05 12:00+00')"""
    )

    assert await make(auth, "audit_log", date(2024, 5, 1)) is True

    assert await admin.fetchval("SELECT count(*) FROM auth.audit_log_2024_05") == 1
    for statement in ("DELETE FROM", "UPDATE", "TRUNCATE"):
        ending = " SET actor = ''" if statement == "UPDATE" else ""
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await auth.execute(f"{statement} audit_log_2024_05{ending}")


@pytest.mark.parametrize(
    ("service", "table"),
    [
        ("analytics", "export_jobs"),
        ("analytics", "audit_log"),
        ("analytics", "x; DROP TABLE export_jobs"),
        ("auth", "users"),
        ("auth", "analytics_events"),
    ],
)
async def test_another_table_is_refused(connect: Connect, service: str, table: str) -> None:
    with pytest.raises(asyncpg.InvalidParameterValueError, match="not partitioned by month"):
        await make(await connect(service), table, date(2024, 1, 1))


@pytest.mark.parametrize("service", ["profile", "content", "automation", "safety"])
async def test_only_the_owners_service_makes_partitions(connect: Connect, service: str) -> None:
    stranger = await connect(service)
    for room in ("auth", "analytics"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await stranger.execute(
                f"SELECT {room}.create_monthly_partition('audit_log', now()::date)"
            )


async def test_both_schemas_run_the_same_text(catalogue: asyncpg.Connection) -> None:
    rows = await catalogue.fetch(
        "SELECT DISTINCT prosrc FROM pg_proc WHERE proname = 'create_monthly_partition'"
    )
    assert len(rows) == 1


async def test_a_partition_carries_the_key_that_removes_repeats(connect: Connect) -> None:
    analytics = await connect("analytics")
    await make(analytics, "analytics_events", date(2024, 6, 1))
    add = """INSERT INTO analytics_events (time, user_id, event_type, event_category, event_id)
             VALUES ('2024-06-05', $1, 'view', 'profile', $1)
             ON CONFLICT (event_id, time) DO NOTHING RETURNING event_id"""
    event_id = await analytics.fetchval("SELECT gen_random_uuid()")

    assert len(await analytics.fetch(add, event_id)) == 1
    assert await analytics.fetch(add, event_id) == []


async def test_a_month_can_move_to_the_archive_whole(
    connect: Connect, admin: asyncpg.Connection
) -> None:
    analytics = await connect("analytics")
    await make(analytics, "analytics_events", date(2024, 8, 1))
    await add_event(analytics, datetime(2024, 8, 5, tzinfo=UTC))

    await admin.execute(
        """SET timezone = 'UTC'; SET ROLE inergize_migrator; SET search_path = analytics;
           ALTER TABLE analytics_events DETACH PARTITION analytics_events_2024_08;
           ALTER TABLE analytics_events_2024_08
             ADD COLUMN archived_at timestamptz NOT NULL DEFAULT now();
           ALTER TABLE analytics_events_archive ATTACH PARTITION analytics_events_2024_08
             FOR VALUES FROM ('2024-08-01') TO ('2024-09-01');"""
    )

    assert await analytics.fetchval("SELECT count(*) FROM analytics_events") == 0
    assert await analytics.fetchval("SELECT count(*) FROM analytics_events_archive") == 1
