"""Takes measurements of calls to LinkedIn into the time series, each once."""

from collections.abc import Sequence

from services.analytics import series as time_series
from services.analytics import store
from services.analytics.domain import check_times
from services.analytics.model import MeasuredCall
from services.kernel.db import Database


class Performance:
    """How LinkedIn's interface performs."""

    def __init__(self, db: Database, series: Database) -> None:
        self._db = db
        self._series = series

    async def record(self, calls: Sequence[MeasuredCall]) -> None:
        """Keep measurements; a repeated one changes nothing.

        Raises InvalidRequest, naming each whose time is too far from the database's.
        """
        async with self._db.transaction() as tx:
            now = await store.get_now(tx)
        check_times(calls, now, field="calls")
        await time_series.insert_measured_calls(self._series, calls)
