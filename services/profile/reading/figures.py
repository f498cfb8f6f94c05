"""Which counts come of a reading, by what names they are kept and announced."""

from typing import Any
from uuid import uuid4

from services.profile.reading.model import Figure, MemberReading, PageReading

FOLLOWERS = "followers"
CONNECTIONS = "connections"
COMPLETENESS = "completeness"


def member_figures(reading: MemberReading) -> list[Figure]:
    """The counts of a member that LinkedIn told."""
    told = {FOLLOWERS: reading.followers, CONNECTIONS: reading.connections}
    return [
        Figure(reading.info.urn, name, value) for name, value in told.items() if value is not None
    ]


def page_figures(page: PageReading) -> list[Figure]:
    """The counts of a page that LinkedIn told."""
    return [
        Figure(page.organisation.urn, name, value)
        for name, value in _told_of(page).items()
        if value is not None
    ]


def announced(figure: Figure, previous: int | None) -> dict[str, Any]:
    """One measurement for the time series. Its id makes that it is counted once."""
    return {
        "event_id": str(uuid4()),
        "metric_type": figure.metric_type,
        "value": figure.value,
        "previous": previous,
    }


def _told_of(page: PageReading) -> dict[str, int | None]:
    told: dict[str, int | None] = {FOLLOWERS: page.followers}
    if page.statistics is not None:
        told |= {
            "impressions": page.statistics.impressions,
            "unique_impressions": page.statistics.unique_impressions,
            "clicks": page.statistics.clicks,
            "likes": page.statistics.likes,
            "comments": page.statistics.comments,
            "shares": page.statistics.shares,
        }
    return told
