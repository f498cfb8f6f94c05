"""The schema keeps the original design's tables and the conventions that queries rely on."""

import asyncpg
import pytest

from tests.integration.migrations.seed_schema import INDEXES, REPLACED, TABLES

ROOMS = ["auth", "profile", "content", "automation", "safety", "analytics"]
SHARED = ["outbox", "idempotency_keys", "periodic_runs"]

# A user's row is named there on purpose without a foreign key.
WITHOUT_FOREIGN_KEY = {
    "auth.audit_log",
    "auth.audit_subjects",
    "automation.automation_log_events",  # cascades from its attempt
    "analytics.analytics_events",
    "analytics.profile_metrics",
    "analytics.api_performance_metrics",
    "analytics.content_engagement_metrics",
    "analytics.analytics_events_archive",
    *(f"{room}.outbox" for room in ROOMS),
}
# Rows that live for days: erasing an account may read them all.
SHORT_LIVED = {"auth.user_sessions", "auth.one_time_tokens"}
NULLABLE_USER = {
    "content.content_templates",
    "safety.rate_limit_usage",
    "auth.audit_log",
    "analytics.api_performance_metrics",
    *(f"{room}.outbox" for room in ROOMS),
}

COLUMNS = """
    SELECT n.nspname || '.' || c.relname AS table, a.attname AS column,
           format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS is_not_null,
           a.atthasdef AND a.attgenerated = '' AS has_default
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND a.attnum > 0 AND NOT a.attisdropped
"""
CONSTRAINTS = """
    SELECT n.nspname || '.' || c.relname AS table, c.relname AS name, k.conname, k.contype::text,
           k.confdeltype::text, k.confrelid::regclass::text AS target, k.conkey,
           (SELECT array_agg(a.attname ORDER BY place)
              FROM unnest(k.conkey) WITH ORDINALITY AS u (number, place)
              JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number) AS columns
      FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY ($1) AND NOT c.relispartition
"""


async def columns_of(catalogue: asyncpg.Connection) -> list[asyncpg.Record]:
    rows = await catalogue.fetch(COLUMNS, ROOMS)
    assert len(rows) > 400
    return rows


async def constraints_of(catalogue: asyncpg.Connection, kind: str) -> list[asyncpg.Record]:
    rows = [row for row in await catalogue.fetch(CONSTRAINTS, ROOMS) if row["contype"] == kind]
    assert rows
    return rows


async def test_every_original_column_exists_or_is_replaced(catalogue: asyncpg.Connection) -> None:
    existing = {f"{row['table']}.{row['column']}" for row in await columns_of(catalogue)}
    wanted = {f"{table}.{c}" for table, columns in TABLES.items() for c in columns.split()}

    assert len(TABLES) == 27
    assert wanted - existing == set(REPLACED)
    successors = {
        f"{old.rpartition('.')[0]}.{new}" for old, news in REPLACED.items() for new in news
    }
    assert successors <= existing


@pytest.mark.parametrize("room", ROOMS)
async def test_every_room_has_the_shared_tables(catalogue: asyncpg.Connection, room: str) -> None:
    shared: dict[str, list[tuple[str, str]]] = {}
    for row in await columns_of(catalogue):
        shared.setdefault(row["table"], []).append((row["column"], row["type"]))

    for table in SHARED:
        assert shared[f"{room}.{table}"] == shared[f"auth.{table}"]


async def test_public_holds_only_the_two_functions_and_extensions(
    catalogue: asyncpg.Connection,
) -> None:
    functions = await catalogue.fetchval(
        """SELECT array_agg(proname ORDER BY proname) FROM pg_proc p
            WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS
                  (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"""
    )
    assert functions == ["inergize_id", "set_updated_at"]
    assert not await catalogue.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    )


@pytest.mark.parametrize("name", INDEXES)
async def test_the_index_exists_and_is_valid(catalogue: asyncpg.Connection, name: str) -> None:
    table, definition = INDEXES[name]
    schema = table.partition(".")[0]
    row = await catalogue.fetchrow(
        """SELECT indisvalid, pg_get_indexdef(indexrelid) AS definition FROM pg_index
            WHERE indexrelid = to_regclass($1) AND indrelid = to_regclass($2)""",
        f"{schema}.{name}",
        table,
    )

    assert row is not None
    assert row["definition"].partition(" USING ")[2] == definition
    assert row["definition"].startswith("CREATE UNIQUE") == name.endswith("_key")
    assert row["indisvalid"]


@pytest.mark.parametrize("room", ROOMS)
async def test_the_shared_tables_are_indexed(catalogue: asyncpg.Connection, room: str) -> None:
    for index in ("outbox_due", "idempotency_expires"):
        assert await catalogue.fetchval("SELECT to_regclass($1) IS NOT NULL", f"{room}.{index}")


async def test_no_index_is_invalid(catalogue: asyncpg.Connection) -> None:
    assert not await catalogue.fetch("SELECT FROM pg_index WHERE NOT indisvalid")


async def test_every_user_id_cascades_or_is_a_stated_exception(
    catalogue: asyncpg.Connection,
) -> None:
    named = {row["table"] for row in await columns_of(catalogue) if row["column"] == "user_id"}
    keys = [k for k in await constraints_of(catalogue, "f") if k["columns"] == ["user_id"]]

    assert {k["table"] for k in keys} == named - WITHOUT_FOREIGN_KEY
    assert {(k["target"], k["confdeltype"]) for k in keys} == {("auth.users", "c")}


async def test_user_id_is_required_but_for_the_stated_tables(catalogue: asyncpg.Connection) -> None:
    nullable = {
        row["table"]
        for row in await columns_of(catalogue)
        if row["column"] == "user_id" and not row["is_not_null"]
    }
    assert nullable == NULLABLE_USER


async def test_only_user_id_crosses_rooms(catalogue: asyncpg.Connection) -> None:
    for key in await constraints_of(catalogue, "f"):
        same_room = key["table"].partition(".")[0] == key["target"].partition(".")[0]
        assert same_room or key["columns"] == ["user_id"], key["conname"]


async def test_every_foreign_key_finds_its_rows_by_an_index(catalogue: asyncpg.Connection) -> None:
    unindexed = {
        key["table"]
        for key in await constraints_of(catalogue, "f")
        if not await catalogue.fetchval(
            """SELECT EXISTS (SELECT FROM pg_index
                WHERE indrelid = $1::text::regclass AND indkey[0] = $2
                  AND (indpred IS NULL OR pg_get_expr(indpred, indrelid)
                       = format('(%I IS NOT NULL)', $3::text)))""",
            key["table"],
            key["conkey"][0],
            key["columns"][0],
        )
    }
    assert unindexed == SHORT_LIVED


async def test_constraints_are_named_after_what_they_constrain(
    catalogue: asyncpg.Connection,
) -> None:
    for row in await catalogue.fetch(CONSTRAINTS, ROOMS):
        ending = {"c": "_check", "u": "_key", "f": "_fkey", "p": "_pkey"}.get(row["contype"])
        if ending is None:
            continue
        assert row["conname"].startswith(f"{row['name']}_"), row["conname"]
        assert row["conname"].endswith(ending), row["conname"]
        if row["contype"] == "f":
            assert row["conname"] == f"{row['name']}_{row['columns'][0]}_fkey"
        if row["contype"] == "c":
            assert row["conname"].removesuffix("_check") in {
                f"{row['name']}_{column}" for column in row["columns"]
            }


async def test_every_instant_knows_its_zone(catalogue: asyncpg.Connection) -> None:
    zoneless = [
        f"{row['table']}.{row['column']}"
        for row in await columns_of(catalogue)
        if row["type"].startswith("timestamp") and row["type"] != "timestamp with time zone"
    ]
    assert zoneless == []


async def test_a_column_with_a_default_is_never_null(catalogue: asyncpg.Connection) -> None:
    nullable = [
        f"{row['table']}.{row['column']}"
        for row in await columns_of(catalogue)
        if row["has_default"] and not row["is_not_null"]
    ]
    assert nullable == []


async def test_every_updated_at_is_kept_by_a_trigger(catalogue: asyncpg.Connection) -> None:
    kept = await catalogue.fetch(
        """SELECT DISTINCT tgrelid::regclass::text AS table FROM pg_trigger
            WHERE tgfoid = 'public.set_updated_at()'::regprocedure AND tgtype & 2 = 2"""
    )
    carrying = {
        row["table"] for row in await columns_of(catalogue) if row["column"] == "updated_at"
    }

    assert {row["table"] for row in kept} == carrying


async def test_ids_are_made_by_one_function_and_ordered_by_time(
    catalogue: asyncpg.Connection,
) -> None:
    first = await catalogue.fetchval("SELECT public.inergize_id()")
    second = await catalogue.fetchval("SELECT public.inergize_id()")

    assert first.version == 7
    assert str(first) < str(second)
