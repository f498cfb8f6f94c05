"""Wires the Analytics room and serves it."""

from services.analytics.domain import Collector, Figures
from services.analytics.internal_servicer import AnalyticsInternalServicer
from services.analytics.live import Live
from services.analytics.measurements.domain import Measurements
from services.analytics.measurements.servicer import MeasurementsInternalServicer
from services.analytics.partitions import Partitions
from services.analytics.performance import Performance
from services.analytics.performance_servicer import PerformanceInternalServicer
from services.analytics.series import series_database
from services.analytics.servicer import AnalyticsServicer
from services.analytics.user_data import user_data
from services.kernel.config import settings
from services.kernel.runtime import Room, Runtime
from services.kernel.server import serve


def build(given: Runtime) -> Room:
    """Put the parts together."""
    series = series_database(given.db, given.settings)
    has_own_pool = series is not given.db
    partitions = Partitions(series)
    live = Live(given.redis)
    figures = Figures(given.db, series, live)
    collector = Collector(given.db, given.redis)
    return Room(
        servicers={
            "inergize.analytics.v1.AnalyticsService": AnalyticsServicer(figures),
            "inergize.analytics.v1.AnalyticsInternalService": (
                AnalyticsInternalServicer(collector, figures),
                PerformanceInternalServicer(Performance(given.db, series)),
                MeasurementsInternalServicer(Measurements(series)),
            ),
        },
        periodic=[partitions.job()],
        user_data=user_data(given.db, [series] if has_own_pool else [], live),
        on_start=[series.open, partitions.make] if has_own_pool else [partitions.make],
        on_stop=[series.close] if has_own_pool else [],
    )


if __name__ == "__main__":
    serve({"analytics": build}, settings())
