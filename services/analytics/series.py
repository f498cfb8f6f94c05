"""The time series, which may live in a database of their own."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

import asyncpg

from services.analytics.model import COUNTERS, Event, EventCount, LiveCounts, MeasuredCall
from services.kernel import sql
from services.kernel.config import Settings
from services.kernel.db import Database, with_role
from services.kernel.messages import to_json

QUERIES = sql.beside(__file__)
_STAGED_COLUMNS = ("time", "user_id", "event_type", "event_category", "properties", "event_id")


def series_database(main: Database, settings: Settings) -> Database:
    """The time series' database: a pool of its own, to be opened, when TIMESERIES_URL is set."""
    if settings.timeseries.url is None:
        return main
    password = settings.database.passwords["analytics"].get_secret_value()
    dsn = with_role(settings.timeseries.url.get_secret_value(), "inergize_analytics", password)
    return Database(dsn, "analytics", settings)


async def insert_events(series: Database, events: Sequence[Event]) -> int:
    """Insert events that are not there yet, by event id and time; returns how many were new.

    Raises asyncpg.DataError for an event that PostgreSQL cannot hold.
    """
    records = [
        (event.at, event.user_id, event.event_type, event.event_category,
         to_json(event.properties), event.event_id)
        for event in events
    ]  # fmt: skip
    async with series.transaction() as tx:
        await tx.execute(QUERIES["stage_events"])
        await tx.copy_records_to_table("staged_events", records=records, columns=_STAGED_COLUMNS)
        added: int = await tx.fetchval(QUERIES["insert_staged_events"])
    return added


async def insert_measured_calls(series: Database, calls: Sequence[MeasuredCall]) -> None:
    """Insert measurements that are not there yet, by event id and time."""
    # In one order for everybody, so that two who insert the same wait and do not deadlock.
    ordered = sorted(calls, key=lambda call: call.event_id)
    async with series.transaction() as tx:
        await tx.execute(
            QUERIES["insert_measured_calls"],
            [call.at for call in ordered],
            [call.user_id for call in ordered],
            [call.endpoint for call in ordered],
            [call.response_time_ms for call in ordered],
            [call.status_code for call in ordered],
            [call.rate_limit_remaining for call in ordered],
            [call.error_type or None for call in ordered],
            [call.event_id for call in ordered],
        )


async def count_today(
    series: Database, user_ids: Collection[UUID]
) -> list[tuple[UUID, LiveCounts]]:
    """Today's live counts of each user, zero where nothing happened."""
    rows = await series.fetch(
        QUERIES["count_today"], list(user_ids), *(list(types) for types in COUNTERS.values())
    )
    return [(row["user_id"], LiveCounts.from_row(row)) for row in rows]


async def get_today(series: Database) -> date:
    """The UTC day, by the database's clock."""
    row = await series.fetchrow(QUERIES["get_today"])
    assert row is not None, "the query always has one row"
    today: date = row[0]
    return today


async def count_events(series: Database, user_id: UUID, days: int) -> list[EventCount]:
    """How often each thing happened to a user in the last days, most frequent first."""
    rows = await series.fetch(QUERIES["count_events"], user_id, days)
    return [EventCount(*row) for row in rows]


async def create_partition(series: Database, table: str, months_ahead: int) -> bool:
    """Make a month's partition; False when it is there.

    Raises asyncpg.LockNotAvailableError when the table is too busy.
    """
    async with series.transaction() as tx:
        await tx.execute(QUERIES["limit_lock_wait"])
        is_new: bool = await tx.fetchval(QUERIES["create_partition"], table, months_ahead)
    return is_new


async def count_stray_rows(series: Database) -> int:
    """Rows that lie in no month's partition."""
    row = await series.fetchrow(QUERIES["count_stray_rows"])
    assert row is not None, "the query always has one row"
    count: int = row[0]
    return count


UNSTORABLE = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
"""What `insert_events` raises for events that no retry will make storable."""
