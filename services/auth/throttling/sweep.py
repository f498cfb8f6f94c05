"""Forgets what was counted long ago, devices that stay away and marks of old registrations."""

from datetime import timedelta

from services.auth.devices.store import sweep_devices
from services.auth.marks.marks import LIFE
from services.auth.marks.store import sweep_marks
from services.auth.throttling.store import sweep_counts
from services.kernel.config import AuthSettings
from services.kernel.db import Database
from services.kernel.periodic import Cursor, PeriodicJob

BATCH = 5_000


def sweep(db: Database, auth: AuthSettings) -> PeriodicJob:
    """The hourly job; an account's failures count until they are as old as the longest lock."""
    age = max(timedelta(seconds=auth.login_longest_lock_seconds), timedelta(hours=1))

    async def run(_: Cursor) -> Cursor:
        async with db.transaction() as tx:
            swept = (
                await sweep_counts(tx, age=age, batch=BATCH),
                await sweep_devices(tx, batch=BATCH),
                await sweep_marks(tx, life=LIFE, batch=BATCH),
            )
        return {"again": True} if max(swept) == BATCH else None

    return PeriodicJob("forget_failed_logins", every=timedelta(hours=1), run=run)
