"""Makes the months of the time series before their first event comes."""

from datetime import timedelta

import structlog
from prometheus_client import Gauge

from services.analytics import series as time_series
from services.kernel.db import Database
from services.kernel.periodic import Cursor, PeriodicJob

log = structlog.get_logger()

# Not the archive: its months arrive as partitions of analytics_events.
TABLES = (
    "analytics_events",
    "profile_metrics",
    "api_performance_metrics",
    "content_engagement_metrics",
)
MONTHS_AHEAD = 2
STRAY_ROWS = Gauge(
    "inergize_time_series_stray_rows", "Rows whose month had no partition when they came."
)


class Partitions:
    """The monthly partitions of the time series."""

    def __init__(self, series: Database) -> None:
        self._series = series

    async def make(self) -> None:
        """Make this month's partitions and those of the next two. Repeating changes nothing."""
        for table in TABLES:
            for months_ahead in range(MONTHS_AHEAD + 1):
                if await time_series.create_partition(self._series, table, months_ahead):
                    log.info("partition_made", table=table, months_ahead=months_ahead)
        stray = await time_series.count_stray_rows(self._series)
        STRAY_ROWS.set(stray)
        if stray:
            log.error("rows_without_partition", rows=stray)

    def job(self) -> PeriodicJob:
        """The same, every hour."""

        async def run(_: Cursor) -> Cursor:
            await self.make()
            return None

        return PeriodicJob("maintain_partitions", every=timedelta(hours=1), run=run)
