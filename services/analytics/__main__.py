"""Wires the Analytics room and serves it."""

from services.analytics.domain import Collector, Figures
from services.analytics.internal_servicer import AnalyticsInternalServicer
from services.analytics.live import Live
from services.analytics.partitions import Partitions
from services.analytics.series import series_database
from services.analytics.servicer import AnalyticsServicer
from services.kernel.config import settings
from services.kernel.runtime import Room, Runtime
from services.kernel.server import serve


def build(given: Runtime) -> Room:
    """Put the parts together."""
    series = series_database(given.db, given.settings)
    has_own_pool = series is not given.db
    partitions = Partitions(series)
    figures = Figures(given.db, series, Live(given.redis))
    collector = Collector(given.db, given.redis)
    return Room(
        servicers={
            "inergize.analytics.v1.AnalyticsService": AnalyticsServicer(figures),
            "inergize.analytics.v1.AnalyticsInternalService": AnalyticsInternalServicer(
                collector, figures
            ),
        },
        periodic=[partitions.job()],
        on_start=[series.open, partitions.make] if has_own_pool else [partitions.make],
        on_stop=[series.close] if has_own_pool else [],
    )


if __name__ == "__main__":
    serve({"analytics": build}, settings())
