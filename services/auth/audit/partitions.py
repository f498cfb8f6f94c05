"""Makes the months of the audit log before their first row comes."""

from datetime import timedelta

import structlog
from prometheus_client import Gauge

from services.auth.audit import store
from services.kernel.db import Database
from services.kernel.periodic import Cursor, PeriodicJob

MONTHS_AHEAD = 2
STRAY_ROWS = Gauge("inergize_audit_stray_rows", "Audit rows whose month had no partition.")
log = structlog.get_logger()


class AuditPartitions:
    """The monthly partitions of the audit log."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def make(self) -> None:
        """Make this month's partition and those of the next two. Repeating changes nothing."""
        for months_ahead in range(MONTHS_AHEAD + 1):
            if await store.create_month(self._db, months_ahead):
                log.info("partition_made", table="audit_log", months_ahead=months_ahead)
        stray = await store.count_stray(self._db)
        STRAY_ROWS.set(stray)
        if stray:
            log.error("rows_without_partition", table="audit_log", rows=stray)

    def job(self) -> PeriodicJob:
        """The same, every hour."""

        async def run(_: Cursor) -> Cursor:
            await self.make()
            return None

        return PeriodicJob("maintain_audit_partitions", every=timedelta(hours=1), run=run)
