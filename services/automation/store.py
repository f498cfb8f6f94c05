"""One function per query of the automation room."""

from datetime import timedelta
from uuid import UUID

from services.automation.errors import ActionHeld, ActionNotFound, UserGone
from services.automation.model import (
    Action,
    ActionEvent,
    Attempt,
    AttemptResult,
    Ended,
    Reading,
    ReadingResult,
    Step,
    WantedAttempt,
)
from services.kernel import sql
from services.kernel.db import Database, Transaction, constraint_errors
from services.kernel.errors import FenceLost
from services.kernel.paging import Position

QUERIES = sql.beside(__file__)


async def lock_attempt(tx: Transaction, wanted: WantedAttempt) -> Attempt | None:
    """Hold the wanted attempt, if it has been entered."""
    row = await tx.fetchrow(
        QUERIES["lock_attempt"], wanted.user_id, wanted.action_id, wanted.attempt
    )
    return None if row is None else Attempt.from_row(row)


async def add_attempt(
    tx: Transaction, wanted: WantedAttempt, claimed_by: str, lease: timedelta
) -> Attempt:
    """Enter an attempt, claimed.

    Raises ActionHeld when it, or another that may have reached LinkedIn, is there; UserGone.
    """
    with constraint_errors(automation_logs_user_id_fkey=UserGone()):
        row = await tx.fetchrow(
            QUERIES["add_attempt"],
            wanted.user_id,
            wanted.action_id,
            wanted.attempt,
            wanted.action_type,
            wanted.content_id,
            wanted.due_at,
            claimed_by,
            lease,
        )
    if row is None:
        state = await tx.fetchval(QUERIES["live_state"], wanted.user_id, wanted.action_id)
        raise ActionHeld(state=state or "")
    return Attempt.from_row(row)


async def claim_attempt(
    tx: Transaction, user_id: UUID, attempt: Attempt, claimed_by: str, lease: timedelta
) -> Attempt:
    """Take over an attempt that is locked. Raises ActionHeld for one that waits for its member."""
    waits = ActionHeld(state=attempt.state)
    with constraint_errors(automation_logs_member_confirmed_at_check=waits):
        row = await tx.fetchrow(
            QUERIES["claim_attempt"], user_id, attempt.attempt_id, claimed_by, lease
        )
    assert row is not None, "it is locked"
    return Attempt.from_row(row)


async def record_attempt(
    tx: Transaction, attempt_id: UUID, fence: int, result: AttemptResult
) -> Ended | None:
    """End an attempt and return it; None when it has ended just so. Raises FenceLost."""
    row = await tx.fetchrow(
        QUERIES["record_attempt"],
        attempt_id,
        fence,
        result.state,
        result.remote_id or None,
        result.error_message or None,
        result.block_reasons,
        result.next_allowed_at,
    )
    if row is not None:
        return Ended(**row)
    state = await tx.fetchval(QUERIES["get_state"], attempt_id, fence)
    if state != result.state:
        raise FenceLost
    return None


async def return_lapsed(tx: Transaction, limit: int, actor: str) -> int:
    """Give back up to `limit` attempts whose lease has ended; returns how many."""
    return len(await tx.fetch(QUERIES["return_lapsed"], limit, actor))


async def claim_unknown(tx: Transaction, limit: int, lease: timedelta) -> list[Reading]:
    """Take up to `limit` attempts to be read back; nobody else does before the lease ends."""
    rows = await tx.fetch(QUERIES["claim_unknown"], limit, lease)
    return [Reading.from_row(row) for row in rows]


async def record_reading(
    tx: Transaction, attempt_id: UUID, fence: int, result: ReadingResult
) -> UUID | None:
    """Store a reading and return its user; None when just this is stored. Raises FenceLost."""
    user_id: UUID | None = await tx.fetchval(
        QUERIES["record_reading"],
        attempt_id,
        fence,
        result.state,
        result.remote_id or None,
        result.error_message or None,
        result.retry_at,
    )
    if user_id is None:
        state = await tx.fetchval(QUERIES["get_state"], attempt_id, fence)
        if state != result.state:
            raise FenceLost
    return user_id


async def add_event(tx: Transaction, attempt_id: UUID, user_id: UUID, step: Step) -> None:
    """Tell a step in an attempt's life."""
    await tx.execute(
        QUERIES["add_event"],
        attempt_id,
        user_id,
        step.from_state,
        step.to_state,
        step.fence,
        step.actor,
        step.detail,
    )


async def get_action(db: Database, user_id: UUID, attempt_id: UUID) -> Action:
    """Read one of the user's attempts. Raises ActionNotFound."""
    row = await db.fetchrow(QUERIES["get_action"], user_id, attempt_id)
    if row is None:
        raise ActionNotFound
    return Action.from_row(row)


async def list_actions(
    db: Database, user_id: UUID, content_id: UUID | None, after: Position | None, limit: int
) -> list[Action]:
    """Read up to `limit` of the user's attempts, newest first."""
    at, attempt_id = (after.at, after.row_id) if after else (None, None)
    rows = await db.fetch(QUERIES["list_actions"], user_id, content_id, at, attempt_id, limit)
    return [Action.from_row(row) for row in rows]


async def list_events(db: Database, user_id: UUID, attempt_id: UUID) -> list[ActionEvent]:
    """Read the story of one of the user's attempts, oldest step first."""
    rows = await db.fetch(QUERIES["list_events"], user_id, attempt_id)
    return [ActionEvent(**row) for row in rows]
