"""How posts do, in PostgreSQL: one function per query."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from services.kernel import sql
from services.kernel.db import Transaction

QUERIES = sql.beside(__file__)


async def get_published(tx: Transaction, user_id: UUID, post_urn: str) -> UUID | None:
    """The content that a post was published from, if there is one."""
    content_id: UUID | None = await tx.fetchval(QUERIES["get_published"], user_id, post_urn)
    return content_id


async def add_performance(
    tx: Transaction, content_id: UUID, at: datetime, counts: Mapping[str, int]
) -> None:
    """Keep running totals at one time (aware); the same again changes nothing."""
    await tx.execute(
        QUERIES["add_performance"], content_id, at, list(counts), list(counts.values())
    )
