"""One function per query of the content room."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.content.errors import ContentNotFound
from services.content.model import (
    CalendarTime,
    Content,
    Draft,
    Publication,
    PublicationClaim,
    PublicationResult,
    Recorded,
    UnknownPublication,
)
from services.kernel import sql
from services.kernel.db import Database, Transaction
from services.kernel.errors import FenceLost
from services.kernel.paging import Position

QUERIES = sql.beside(__file__)


async def add_content(tx: Transaction, user_id: UUID, draft: Draft) -> UUID:
    """Insert a draft and return its id."""
    content_id: UUID = await tx.fetchval(
        QUERIES["add_content"],
        user_id,
        draft.type,
        draft.title,
        {"body": draft.body, "visibility": draft.visibility},
        draft.body,
        draft.tags,
        draft.ai_origin,
    )
    return content_id


async def get_content(db: Database | Transaction, user_id: UUID, content_id: UUID) -> Content:
    """Read one of the user's contents. Raises ContentNotFound."""
    row = await db.fetchrow(QUERIES["get_content"], user_id, content_id)
    if row is None:
        raise ContentNotFound
    return Content.from_row(row)


async def list_content(
    db: Database, user_id: UUID, statuses: Sequence[str], after: Position | None, limit: int
) -> list[Content]:
    """Read up to `limit` of the user's contents, the newest change first."""
    at, content_id = (after.at, after.row_id) if after else (None, None)
    rows = await db.fetch(QUERIES["list_content"], user_id, statuses, at, content_id, limit)
    return [Content.from_row(row) for row in rows]


async def lock_content(
    tx: Transaction, user_id: UUID, content_id: UUID
) -> tuple[Content, datetime]:
    """Hold one of the user's contents; returns it and the database's time.

    Raises ContentNotFound.
    """
    now: datetime | None = await tx.fetchval(QUERIES["lock_content"], user_id, content_id)
    if now is None:
        raise ContentNotFound
    return await get_content(tx, user_id, content_id), now


async def lock_scheduled(tx: Transaction, user_id: UUID) -> int:
    """How much of the user's content is scheduled; nobody else schedules more meanwhile."""
    await tx.execute(QUERIES["lock_scheduling"], user_id)
    count: int = await tx.fetchval(QUERIES["count_scheduled"], user_id)
    return count


async def schedule(tx: Transaction, user_id: UUID, content_id: UUID, when: CalendarTime) -> None:
    """Set the time of a content that is locked, and enter it in the calendar."""
    await tx.execute(QUERIES["schedule_content"], user_id, content_id, when.at)
    await tx.execute(
        QUERIES["put_calendar_entry"],
        user_id,
        content_id,
        when.local.date(),
        when.local.time(),
        when.time_zone,
    )


async def unschedule(tx: Transaction, user_id: UUID, content_id: UUID) -> None:
    """Make a content that is locked a draft again."""
    await tx.execute(QUERIES["unschedule_content"], user_id, content_id)
    await end_calendar_entry(tx, user_id, content_id, "cancelled")


async def end_calendar_entry(tx: Transaction, user_id: UUID, content_id: UUID, status: str) -> None:
    """Set the calendar entry to `done`, `missed` or `cancelled`."""
    await tx.execute(QUERIES["end_calendar_entry"], user_id, content_id, status)


async def claim_due(
    tx: Transaction, limit: int, claimed_by: str, lease: timedelta
) -> list[PublicationClaim]:
    """Claim up to `limit` due contents, the earliest first."""
    rows = await tx.fetch(QUERIES["claim_due_content"], limit, claimed_by, lease)
    return [PublicationClaim(**row) for row in rows]


async def next_due_at(tx: Transaction) -> datetime | None:
    """When something can be claimed again."""
    at: datetime | None = await tx.fetchval(QUERIES["next_due_time"])
    return at


async def begin_publication(
    tx: Transaction, content_id: UUID, fence: int, lease: timedelta
) -> Publication:
    """Begin what is claimed and hold it for a lease from now. Raises FenceLost."""
    row = await tx.fetchrow(QUERIES["begin_publication"], content_id, fence, lease)
    if row is None:
        raise FenceLost
    return Publication.from_row(row)


async def record_publication(
    tx: Transaction, content_id: UUID, fence: int, result: PublicationResult
) -> Recorded | None:
    """Store a result; None when this very result is stored already. Raises FenceLost."""
    outcome = result.outcome
    row = await tx.fetchrow(
        QUERIES["record_publication"],
        content_id,
        fence,
        outcome.status,
        outcome.publish_state,
        result.remote_id or None,
        result.error or None,
        result.retry_at,
    )
    if row is not None:
        return Recorded(**row)
    state = await tx.fetchval(QUERIES["get_publish_state"], content_id, fence)
    if state != outcome.publish_state:
        raise FenceLost
    return None


async def lock_unknown(
    tx: Transaction, content_id: UUID, action_id: UUID
) -> UnknownPublication | None:
    """Hold a content whose publication by this action is unknown; None when there is none."""
    row = await tx.fetchrow(QUERIES["lock_unknown"], content_id, action_id)
    return None if row is None else UnknownPublication(**row)
