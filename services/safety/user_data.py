"""Erasing what Safety holds about a user beside its tables: the windows and counts in Redis."""

from datetime import timedelta
from uuid import UUID

from services.kernel.db import Database
from services.kernel.user_data import UserDataExtras
from services.safety import store
from services.safety.limiter import Limiter
from services.safety.policy import CEILINGS

SHOWN_DAYS = tuple(timedelta(days=days) for days in range(-3, 4))
"""A count is shown until a day after its local day, in any zone."""


def user_data(db: Database, limiter: Limiter) -> UserDataExtras:
    """What goes before Safety's tables, which tell the names of the windows."""

    async def forget_windows(user_id: UUID) -> None:
        used = await store.list_used_actions(db, user_id)
        today = await store.get_today(db)
        await limiter.forget(user_id, {*CEILINGS, *used}, [today + days for days in SHOWN_DAYS])

    return UserDataExtras(erase_first=(forget_windows,))
