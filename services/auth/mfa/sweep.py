"""Forgets old challenges, and methods that were begun and never switched on."""

from datetime import timedelta

from services.auth.mfa.challenge_store import drop_old_challenges
from services.auth.mfa.store import drop_unfinished_methods
from services.kernel.db import Database
from services.kernel.periodic import Cursor, PeriodicJob

AGE = timedelta(days=1)
BATCH = 5_000


def sweep(db: Database) -> PeriodicJob:
    """The hourly job."""

    async def run(_: Cursor) -> Cursor:
        async with db.transaction() as tx:
            swept = (
                await drop_old_challenges(tx, age=AGE, batch=BATCH),
                await drop_unfinished_methods(tx, age=AGE, batch=BATCH),
            )
        return {"again": True} if max(swept) == BATCH else None

    return PeriodicJob("forget_mfa_challenges", every=timedelta(hours=1), run=run)
