"""Changes of address that nobody completed in time are forgotten, with where they led.

The address may be somebody else's, who never asked to be kept here.
"""

from dataclasses import dataclass
from datetime import timedelta

from services.auth.account import store
from services.kernel.db import Database
from services.kernel.periodic import Cursor, PeriodicJob

BATCH = 500


@dataclass(frozen=True, slots=True)
class LapsedChanges:
    """Forgets pending addresses whose tokens have expired."""

    db: Database

    async def forget(self, _: Cursor = None) -> Cursor:
        """Forget up to 500, and say whether there may be more."""
        async with self.db.transaction() as tx:
            held = await store.hold_lapsed_changes(tx, BATCH)
            await store.forget_lapsed_changes(tx, held)
        return {"again": True} if len(held) == BATCH else None

    def job(self) -> PeriodicJob:
        """The same, every hour."""
        return PeriodicJob("forget_lapsed_changes", every=timedelta(hours=1), run=self.forget)
