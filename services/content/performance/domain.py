"""Keeps what LinkedIn counted of published posts."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from services.content.performance import store
from services.kernel.db import Database


class Performance:
    """The running totals of posts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def record(
        self, user_id: UUID, post_urn: str, at: datetime, counts: Mapping[str, int]
    ) -> UUID | None:
        """Keep a post's totals as of `at`; returns its content, None when there is none."""
        async with self._db.transaction() as tx:
            content_id = await store.get_published(tx, user_id, post_urn)
            if content_id is not None and counts:
                await store.add_performance(tx, content_id, at, counts)
        return content_id
