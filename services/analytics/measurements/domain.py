"""Takes measurements into the time series."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.analytics.measurements import store
from services.analytics.measurements.model import Measurement
from services.kernel.db import Database


class Measurements:
    """The series of counts. Whoever sends one again, with its id and time, adds nothing."""

    def __init__(self, series: Database) -> None:
        self._series = series

    async def of_member(
        self, user_id: UUID, page_urn: str | None, *, at: datetime, measured: Sequence[Measurement]
    ) -> None:
        """Keep the counts of a member, or of a company page that they administer."""
        async with self._series.transaction() as tx:
            await store.add_profile_metrics(tx, user_id, page_urn, at=at, measured=measured)

    async def of_content(
        self, user_id: UUID, content_id: UUID, *, at: datetime, measured: Sequence[Measurement]
    ) -> None:
        """Keep a content's counts."""
        async with self._series.transaction() as tx:
            await store.add_content_metrics(tx, user_id, content_id, at=at, measured=measured)
