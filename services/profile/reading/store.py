"""What is read and when, in PostgreSQL: one function per query."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.kernel import sql
from services.kernel.db import Database, Transaction
from services.profile.linkedin.organisations import Organisation
from services.profile.reading.completeness import Facts
from services.profile.reading.model import (
    DuePost,
    Figure,
    MemberReading,
    PageAuthor,
    Refusal,
    SyncClaim,
    Why,
)
from services.profile.store import member_columns

QUERIES = sql.beside(__file__)


async def get_now(tx: Transaction) -> datetime:
    """The database's time."""
    now: datetime = await tx.fetchval(QUERIES["get_now"])
    return now


async def get_age(tx: Transaction, since: datetime) -> timedelta:
    """How long ago a time is."""
    return await get_now(tx) - since


async def get_scopes(db: Database, user_id: UUID) -> frozenset[str]:
    """What the member's consent covers; nothing without one."""
    row = await db.fetchrow(QUERIES["get_scopes"], user_id)
    return frozenset() if row is None else frozenset(row["scopes"])


async def list_refusals(db: Database, user_id: UUID) -> dict[str, Refusal]:
    """What LinkedIn has refused, by the name of what was read."""
    rows = await db.fetch(QUERIES["list_refusals"], user_id)
    return {row["readable"]: Refusal.from_row(row) for row in rows}


async def count_refusals(tx: Transaction, user_id: UUID, readable: str) -> int:
    """How many times in a row it was refused, quotas apart."""
    times: int | None = await tx.fetchval(QUERIES["count_refusals"], user_id, readable)
    return times or 0


async def put_refusal(
    tx: Transaction, user_id: UUID, readable: str, why: Why, retry_at: datetime
) -> None:
    """Remember a refusal."""
    await tx.execute(QUERIES["put_refusal"], user_id, readable, why.value, retry_at)


async def forget_refusal(db: Database, user_id: UUID, readable: str) -> None:
    """LinkedIn has told after all."""
    async with db.transaction() as tx:
        await tx.execute(QUERIES["forget_refusal"], user_id, readable)


async def ask_for_sync(tx: Transaction, user_id: UUID, every: timedelta) -> timedelta | None:
    """Have a profile read next, and return zero; else how long to wait before asking again.

    None for a user who is not connected.
    """
    row = await tx.fetchrow(QUERIES["ask_for_sync"], user_id, every)
    return None if row is None else max(row["wait"], timedelta(0))


async def claim_syncs(
    tx: Transaction, *, lease: timedelta, limit: int, user_id: UUID | None = None
) -> list[SyncClaim]:
    """Claim profiles that are due, or one user's if it is, the most overdue first."""
    rows = await tx.fetch(QUERIES["claim_syncs"], user_id, lease, limit)
    return [SyncClaim.from_row(row) for row in rows]


async def finish_sync(
    tx: Transaction, claim: SyncClaim, reading: MemberReading, *, pause: timedelta
) -> datetime | None:
    """Store what was read, and return when; None when the claim is lost."""
    row = await tx.fetchrow(
        QUERIES["finish_sync"],
        claim.user_id,
        claim.fence,
        reading.info.urn,
        *member_columns(reading.info),
        reading.followers,
        reading.connections,
        pause,
    )
    return None if row is None else row["last_sync_at"]


async def put_off_sync(tx: Transaction, claim: SyncClaim, why: str, pause: timedelta) -> None:
    """Let go of a profile that could not be read."""
    await tx.execute(QUERIES["put_off_sync"], claim.user_id, claim.fence, why, pause)


async def put_figure(tx: Transaction, user_id: UUID, figure: Figure) -> int | None:
    """Keep a count, and return the one before; None for the first."""
    previous: int | None = await tx.fetchval(
        QUERIES["put_figure"], user_id, figure.subject_urn, figure.metric_type, figure.value
    )
    return previous


async def put_pages(tx: Transaction, user_id: UUID, pages: Sequence[Organisation]) -> None:
    """Keep the pages that a member administers, and no others."""
    ordered = sorted(pages, key=lambda page: page.urn)
    urns = [page.urn for page in ordered]
    await tx.execute(QUERIES["drop_other_pages"], user_id, urns)
    await tx.execute(
        QUERIES["put_pages"],
        user_id,
        urns,
        [page.name for page in ordered],
        [page.vanity_name for page in ordered],
    )


async def list_pages(db: Database, user_id: UUID) -> list[PageAuthor]:
    """The pages that a member administers, as last read, by name."""
    rows = await db.fetch(QUERIES["list_pages"], user_id)
    return [PageAuthor.from_row(row) for row in rows]


async def get_facts(tx: Transaction, user_id: UUID) -> Facts | None:
    """What is known of a profile; None without one."""
    row = await tx.fetchrow(QUERIES["get_facts"], user_id)
    return None if row is None else Facts.from_row(row)


async def put_completeness(tx: Transaction, user_id: UUID, score: int) -> None:
    """Keep the score."""
    await tx.execute(QUERIES["put_completeness"], user_id, score)


async def find_posts(tx: Transaction, within: timedelta, first: timedelta) -> None:
    """Take up posts that were published lately; each is measured first after `first`."""
    await tx.execute(QUERIES["find_posts"], within, first)


async def claim_posts(tx: Transaction, *, lease: timedelta, limit: int) -> list[DuePost]:
    """Claim posts that are to be measured, the most overdue first."""
    rows = await tx.fetch(QUERIES["claim_posts"], lease, limit)
    return [DuePost.from_row(row) for row in rows]


async def finish_measure(
    tx: Transaction, post: DuePost, pause: timedelta | None
) -> datetime | None:
    """Say that a post was measured, and return when; None when the claim is lost."""
    measured_at: datetime | None = await tx.fetchval(
        QUERIES["finish_measure"], post.user_id, post.post_urn, post.fence, pause
    )
    return measured_at


async def put_off_measure(tx: Transaction, post: DuePost, pause: timedelta | None) -> None:
    """Let go of a post that was not measured; without a pause, for good."""
    await tx.execute(QUERIES["put_off_measure"], post.user_id, post.post_urn, post.fence, pause)


async def count_calls_today(db: Database, user_id: UUID, endpoints: Sequence[str]) -> int:
    """How many calls to some endpoints were made for a user since midnight UTC."""
    row = await db.fetchrow(QUERIES["count_calls_today"], user_id, list(endpoints))
    assert row is not None, "the query always has one row"
    calls: int = row["calls"]
    return calls
