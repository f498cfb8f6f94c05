"""Attempts at actions: one function per query."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from services.kernel import sql
from services.kernel.db import Database, Row, Transaction, constraint_errors
from services.profile.actions.errors import AttemptMismatch, AttemptNotFound
from services.profile.actions.model import Attempt, AttemptState, Evidence, Known, OpenAttempt
from services.profile.actions.traces import Trace
from services.profile.errors import UserNotFound

QUERIES = sql.beside(__file__)


async def begin_attempt(tx: Transaction, attempt: Attempt, trace: Trace) -> bool:
    """Claim an attempt id for sending; False when it is taken. Raises UserNotFound."""
    with constraint_errors(linkedin_attempts_user_id_fkey=UserNotFound()):
        claimed = await tx.fetchval(
            QUERIES["begin_attempt"],
            attempt.attempt_id,
            attempt.user_id,
            attempt.request_hash,
            trace.kind.value,
            trace.actor_urn,
            trace.target_urn or None,
            trace.words_hash,
        )
    return claimed is not None


async def get_attempt(db: Database, attempt: Attempt) -> Known | None:
    """What is known of an attempt; None when it never began.

    Raises AttemptMismatch when its id was used for another action or user.
    """
    row = await db.fetchrow(
        QUERIES["get_attempt"], attempt.attempt_id, attempt.user_id, attempt.request_hash
    )
    if row is None:
        return None
    if not row["is_same_action"]:
        raise AttemptMismatch
    return Known.from_row(row)


async def give_up_attempt(
    tx: Transaction, attempt_id: UUID, user_id: UUID, error_code: str
) -> bool:
    """Call an attempt unknown that nobody is known to be sending; False when it is settled."""
    given_up = await tx.fetchrow(QUERIES["give_up_attempt"], attempt_id, user_id, error_code)
    return given_up is not None


async def finish_attempt(tx: Transaction, attempt_id: UUID, user_id: UUID, known: Known) -> bool:
    """Record how an attempt ended; False when that was known already."""
    finished = await tx.fetchrow(
        QUERIES["finish_attempt"],
        attempt_id,
        user_id,
        known.state.value,
        known.remote_id or None,
        known.status_code,
        known.error_code or None,
        known.error_message or None,
        known.retry_at,
    )
    return finished is not None


async def settle_twin(
    tx: Transaction, user_id: UUID, trace: Trace, remote_id: str, since: datetime
) -> UUID | None:
    """Confirm the one lost attempt since `since` whose post is `remote_id`, and return its id."""
    row = await tx.fetchrow(
        QUERIES["settle_twin"], user_id, trace.actor_urn, trace.words_hash, remote_id, since
    )
    return None if row is None else UUID(str(row["attempt_id"]))


async def get_open_attempt(db: Database, attempt_id: UUID, user_id: UUID) -> OpenAttempt:
    """An attempt to be read back. Raises AttemptNotFound."""
    row = await db.fetchrow(QUERIES["get_open_attempt"], attempt_id, user_id)
    if row is None:
        raise AttemptNotFound
    return OpenAttempt.from_row(attempt_id, user_id, row)


async def list_taken(
    db: Database, attempt: OpenAttempt, remote_ids: Collection[str]
) -> frozenset[str]:
    """Which of these things are the results of the user's other attempts."""
    rows: list[Row] = await db.fetch(
        QUERIES["list_taken"], attempt.user_id, attempt.attempt_id, list(remote_ids)
    )
    return frozenset(row["remote_id"] for row in rows)


async def reconcile_attempt(
    tx: Transaction,
    attempt: OpenAttempt,
    state: AttemptState,
    *,
    remote_id: str = "",
    evidence: Evidence | None = None,
) -> int | None:
    """Record a reading and return how many there were; None when it was settled meanwhile."""
    row = await tx.fetchrow(
        QUERIES["reconcile_attempt"],
        attempt.attempt_id,
        attempt.user_id,
        state.value,
        remote_id or None,
        evidence,
    )
    return None if row is None else int(row["reconcile_count"])


async def list_sightings(
    db: Database,
    user_id: UUID,
    kind: str,
    *,
    subject: str | None,
    text_hash: bytes | None,
    since: datetime,
    until: datetime,
) -> frozenset[str]:
    """Names of what LinkedIn's log tells that the member did, between two times."""
    rows: list[Row] = await db.fetch(
        QUERIES["list_sightings"], user_id, kind, subject, text_hash, since, until
    )
    return frozenset(row["remote_id"] for row in rows)


async def list_rivals(
    db: Database, attempt: OpenAttempt, trace: Trace, around: timedelta
) -> list[str]:
    """Of the user's other attempts at the same, about that time, the results; "" for unknown."""
    rows: list[Row] = await db.fetch(
        QUERIES["list_rivals"],
        attempt.user_id,
        attempt.attempt_id,
        trace.kind.value,
        trace.target_urn or None,
        trace.words_hash,
        attempt.sent_at - around,
        attempt.sent_at + around,
    )
    return [row["remote_id"] or "" for row in rows]


async def is_log_awaited(
    db: Database, user_id: UUID, scopes: Collection[str], until: datetime
) -> bool:
    """Whether the user's change log is read, and was not yet to its end at that time."""
    found = await db.fetchrow(QUERIES["is_log_awaited"], user_id, sorted(scopes), until)
    return found is not None
