"""The periodic work of the tables every service has."""

from datetime import timedelta

from services.kernel import sql
from services.kernel.db import Database
from services.kernel.periodic import Cursor, PeriodicJob

QUERIES = sql.beside(__file__)
BATCH = 5_000


def housekeeping(db: Database) -> list[PeriodicJob]:
    """The periodic work of the shared tables: forget what nobody will ask for again."""

    async def forget(_: Cursor) -> Cursor:
        counts = [
            len(await db.fetch(QUERIES[query], BATCH))
            for query in (
                "forget_idempotency_keys",
                "forget_outbox_messages",
                "forget_periodic_runs",
            )
        ]
        return {"again": True} if max(counts) == BATCH else None

    return [PeriodicJob("forget_finished_work", every=timedelta(hours=1), run=forget)]
