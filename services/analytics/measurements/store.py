"""Measurements in the time series: one function per query."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.analytics.measurements.model import Measurement
from services.kernel import sql
from services.kernel.db import Transaction

QUERIES = sql.beside(__file__)


async def add_profile_metrics(
    tx: Transaction,
    user_id: UUID,
    page_urn: str | None,
    *,
    at: datetime,
    measured: Sequence[Measurement],
) -> None:
    """Keep the counts of a member, or of one of their pages, of one time (aware); each once."""
    await tx.execute(
        QUERIES["add_profile_metrics"],
        user_id,
        at,
        [one.event_id for one in measured],
        [one.metric_type for one in measured],
        [one.value for one in measured],
        [one.previous for one in measured],
        [one.delta for one in measured],
        page_urn,
    )


async def add_content_metrics(
    tx: Transaction,
    user_id: UUID,
    content_id: UUID,
    *,
    at: datetime,
    measured: Sequence[Measurement],
) -> None:
    """Keep a content's running totals of one time (aware); each once."""
    await tx.execute(
        QUERIES["add_content_metrics"],
        user_id,
        content_id,
        at,
        [one.event_id for one in measured],
        [one.metric_type for one in measured],
        [one.value for one in measured],
    )
