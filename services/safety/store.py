"""Safety's tables: one typed function per query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.kernel import sql
from services.kernel.db import Database, Row, Transaction, constraint_errors
from services.safety import policy
from services.safety.errors import AttemptMismatch, UserNotFound
from services.safety.model import (
    WEEK,
    Account,
    Attempt,
    Decision,
    Outcome,
    OwnLimits,
    Use,
    Verdict,
)

QUERIES = sql.beside(__file__)
Source = Database | Transaction


@dataclass(frozen=True, slots=True)
class Reported:
    """A reservation after a report."""

    attempt: Attempt
    verdict: Verdict
    outcome: Outcome
    outcome_before: Outcome


async def lock_account(tx: Transaction, user_id: UUID) -> None:
    """Hold the row that orders all verdicts about a user. Raises UserNotFound."""
    if await tx.fetchval(QUERIES["lock_account"], user_id) is None:
        with constraint_errors(safety_settings_user_id_fkey=UserNotFound()):
            await tx.execute(QUERIES["add_account"], user_id)
        await tx.fetchval(QUERIES["lock_account"], user_id)


async def get_account(source: Source, user_id: UUID) -> Account:
    """A user's settings at the database's present time; the defaults for a user without any."""
    row = await source.fetchrow(QUERIES["get_account"], user_id)
    assert row is not None, "the query always has one row"
    return Account(
        now=row["now"],
        time_zone=row["time_zone"],
        is_restricted=row["is_restricted"],
        is_paused_for_good=row["is_paused_for_good"],
        paused_until=row["paused_until"],
        warmup_day=_warmup_day(row),
    )


async def list_own_limits(
    source: Source, user_id: UUID, action_types: Sequence[str]
) -> dict[str, OwnLimits]:
    """A user's own limits, by action; an action without any is missing."""
    rows = await source.fetch(QUERIES["list_own_limits"], user_id, action_types)
    return {row["action_type"]: OwnLimits.from_row(row) for row in rows}


async def list_uses(
    source: Source, user_id: UUID, action_types: Sequence[str], now: datetime
) -> list[Use]:
    """What a user has used of some actions in the week before `now`."""
    rows = await source.fetch(QUERIES["list_uses"], user_id, action_types, now - WEEK)
    return [Use(*row) for row in rows]


async def count_units(source: Source, user_id: UUID, since: datetime) -> int:
    """How many units a user has used since an instant, all actions together."""
    row = await source.fetchrow(QUERIES["count_units"], user_id, since)
    assert row is not None, "an aggregate always has one row"
    count: int = row[0]
    return count


async def get_decision(source: Source, attempt: Attempt) -> Decision | None:
    """What was decided about an attempt and still holds; None when nothing is.

    Permission that was given back does not hold: its quota may be somebody else's by now.
    Raises AttemptMismatch when the id was used for another user or action.
    """
    row = await source.fetchrow(QUERIES["get_decision"], attempt.attempt_id)
    if row is None:
        return None
    if (row["user_id"], row["action_type"]) != (attempt.user_id, attempt.action_type):
        raise AttemptMismatch
    decision = Decision.from_row(row)
    is_given_back = row["outcome"] == Outcome.RELEASED
    return None if decision.verdict is Verdict.ALLOWED and is_given_back else decision


async def add_decision(
    tx: Transaction, attempt: Attempt, decision: Decision, decided_at: datetime
) -> bool:
    """Keep a decision; False when one holds under this id already. Raises UserNotFound."""
    is_allowed = decision.verdict is Verdict.ALLOWED
    with constraint_errors(action_reservations_user_id_fkey=UserNotFound()):
        added = await tx.fetchval(
            QUERIES["add_decision"],
            attempt.attempt_id,
            attempt.user_id,
            attempt.action_type,
            decision.verdict,
            decision.rules,
            decision.next_allowed_at,
            decided_at,
            decided_at + WEEK,
            Outcome.PENDING if is_allowed else Outcome.RELEASED,
            policy.VERSION,
        )
    return added is not None


async def add_compliance_log(
    tx: Transaction,
    attempt: Attempt,
    *,
    check_type: str,
    status: str,
    action_taken: str,
    rules: Sequence[str],
    details: Mapping[str, Any],
) -> None:
    """Keep what was refused, or done without permission."""
    await tx.execute(
        QUERIES["add_compliance_log"],
        attempt.user_id,
        check_type,
        status,
        {"action_type": attempt.action_type, **details},
        action_taken,
        attempt.attempt_id,
        policy.VERSION,
        rules,
    )


async def report_outcome(
    tx: Transaction, attempt_id: UUID, user_id: UUID, outcome: Outcome
) -> Reported | None:
    """Keep what became of an attempt; None when the user has no such reservation."""
    row = await tx.fetchrow(QUERIES["report_outcome"], attempt_id, user_id, outcome)
    if row is None:
        return None
    return Reported(
        Attempt(attempt_id, user_id, row["action_type"]),
        Verdict(row["verdict"]),
        Outcome(row["outcome"]),
        Outcome(row["outcome_before"]),
    )


def _warmup_day(row: Row) -> int | None:
    if row["warmup_started_on"] is None:
        return None
    today = row["now"].astimezone(ZoneInfo(row["time_zone"])).date()
    return int((today - row["warmup_started_on"]).days)


async def list_used_actions(db: Database, user_id: UUID) -> list[str]:
    """The kinds of actions a user has ever asked for."""
    return [row["action_type"] for row in await db.fetch(QUERIES["list_used_actions"], user_id)]


async def get_today(db: Database) -> date:
    """The UTC day, by the database's clock."""
    row = await db.fetchrow(QUERIES["get_today"])
    assert row is not None, "the query always has one row"
    today: date = row[0]
    return today
