"""Erasing what Analytics holds about a user beside its tables: live counts, and events on the way.

A batch that waits for the pipeline may hold several users' events, so only this user's are taken
out of it. The pipeline may hold a copy of the former batch; what it still stores is found by the
second look that follows every erasure.
"""

from collections.abc import Sequence
from uuid import UUID

from services.analytics import store
from services.analytics.live import Live
from services.kernel.db import Database
from services.kernel.user_data import UserDataExtras


def user_data(db: Database, series: Sequence[Database], live: Live) -> UserDataExtras:
    """The time series' database, if it is another one, and what goes before the tables."""

    async def forget_waiting_events(user_id: UUID) -> None:
        async with db.transaction() as tx:
            await store.take_out_of_batches(tx, user_id)

    return UserDataExtras(databases=series, erase_first=(live.forget, forget_waiting_events))
