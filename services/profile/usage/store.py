"""Calls and learned limits in PostgreSQL: one function per query."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from uuid import UUID, uuid4

from services.kernel import sql
from services.kernel.db import Database, Row, Transaction
from services.kernel.paging import Position
from services.profile.linkedin.outcome import throttled_until, throttled_whose
from services.profile.linkedin.redaction import impersonal
from services.profile.linkedin.transport import CallRecord
from services.profile.usage.families import Family, family_of
from services.profile.usage.model import ApiCall, CallFilter, LimitSource, Standing
from services.profile.usage.performance import Noted

QUERIES = sql.beside(__file__)


async def add_api_calls(
    tx: Transaction, user_id: UUID, attempt_id: UUID | None, calls: Sequence[CallRecord]
) -> list[Noted]:
    """Note calls to LinkedIn, without what was said in them; returns them with their rows' ids."""
    ids = [uuid4() for _ in calls]
    made_at: datetime = await tx.fetchval(QUERIES["get_now"])
    await tx.execute(
        QUERIES["add_api_calls"],
        user_id,
        attempt_id,
        ids,
        [call.endpoint for call in calls],
        [call.method for call in calls],
        [call.status_code for call in calls],
        [call.elapsed_ms for call in calls],
        [_remaining(call) for call in calls],
        [_reset(call, made_at) for call in calls],
        [call.request_data for call in calls],
        [call.response_data for call in calls],
        [_explanation(call) for call in calls],
    )
    return [Noted(call_id, made_at, call) for call_id, call in zip(ids, calls, strict=True)]


def _remaining(call: CallRecord) -> int | None:
    return 0 if call.status_code == HTTPStatus.TOO_MANY_REQUESTS else call.remaining


def _reset(call: CallRecord, now: datetime) -> datetime | None:
    if call.status_code != HTTPStatus.TOO_MANY_REQUESTS:
        return None
    return throttled_until(call.problem.message if call.problem else "", now)


def _explanation(call: CallRecord) -> str | None:
    told = call.problem.message if call.problem is not None else call.failure
    return impersonal(told) or None


async def list_api_calls(
    db: Database,
    user_id: UUID,
    wanted: CallFilter,
    *,
    after: Position | None,
    limit: int,
) -> list[ApiCall]:
    """A page of a user's calls, newest first."""
    created_at, call_id = (after.at, after.row_id) if after else (None, None)
    rows = await db.fetch(
        QUERIES["list_api_calls"],
        user_id,
        wanted.endpoint_prefix,
        wanted.status_code,
        wanted.only_failed,
        wanted.from_time,
        wanted.to_time,
        created_at,
        call_id,
        limit,
    )
    return [ApiCall.from_row(row) for row in rows]


async def get_standings(
    db: Database, user_id: UUID | None, assumed: Mapping[Family, int]
) -> dict[Family, Standing]:
    """Where today's quotas stand: a member's or, for None, the application's."""
    whose = "member" if user_id else "application"
    rows = await db.fetch(QUERIES["list_learned_limits"], whose)
    learned = {Family(row["family"]): int(row["calls_per_day"]) for row in rows}
    by_family: defaultdict[Family, list[Row]] = defaultdict(list)
    for row in await db.fetch(QUERIES["count_calls_today"], user_id):
        family = family_of(row["endpoint"], row["method"])
        if family is not None:
            by_family[family].append(row)
    return {
        family: _standing(by_family[family], whose, learned.get(family), assumed[family])
        for family in Family
    }


def _standing(rows: Sequence[Row], whose: str, learned: int | None, assumed: int) -> Standing:
    """One family's standing from its calls of today by endpoint, method and explanation."""
    used = sum(row["calls"] for row in rows)
    throttled = [row for row in rows if row["held_until"] is not None]
    named = {id(row): throttled_whose(row["error_message"] or "") for row in throttled}
    if any(named[id(row)] == whose for row in throttled):
        return Standing(used, used, source=LimitSource.LEARNED)
    # Only a member's calls tell of pauses; one member's pause is not the application's.
    pauses = [row["held_until"] for row in throttled if not named[id(row)] and whose == "member"]
    source = LimitSource.ASSUMED if learned is None else LimitSource.LEARNED
    limit = assumed if learned is None else learned
    return Standing(used, limit, max(pauses, default=None), source)


async def put_learned_limit(db: Database, whose: str, family: Family, calls: int) -> None:
    """Keep at how many calls a day LinkedIn refused more."""
    async with db.transaction() as tx:
        await tx.execute(QUERIES["put_learned_limit"], whose, family.value, calls)
