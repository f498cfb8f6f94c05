"""How long what came from LinkedIn is kept: a class for every field, swept daily.

LinkedIn allows some of its data to be stored for hours only. A room lists what it holds, each with
its class and the query that lets go of it; the periods are settings, and none is longer than what
LinkedIn publishes unless the deployment names the agreement that permits it.
Source: docs/decisions/0146-what-came-from-linkedin.md
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import LiteralString

from services.kernel.config import RetentionSettings
from services.kernel.db import Database
from services.kernel.periodic import Cursor, PeriodicJob

BATCH = 5_000
SWEEP_AT = timedelta(hours=2)
"""02:00 UTC."""


class RetentionClass(Enum):
    """Whose data it is, and so how long it may stay; the value names the setting."""

    OWN_PROFILE = "own_profile_hours"
    """Our member's own profile, after the connection has ended."""
    OTHER_MEMBERS = "other_members_hours"
    """What LinkedIn's API tells about other members, raw answers included."""
    SOCIAL_ACTIVITY = "social_activity_hours"
    """Who did what: comments, reactions, messages, invitations told by LinkedIn's API."""
    ORGANISATION = "organisation_hours"
    """Company pages and their reports."""
    OWN_POST_COUNTS = "own_post_counts_hours"
    """How often our member's own posts were seen and reacted to."""
    MEMBER_ARCHIVE = "member_archive_hours"
    """What members have brought themselves; LinkedIn's terms do not reach it."""
    CALL_RECORDS = "call_records_hours"
    """Our own record of calls to LinkedIn, without their contents."""
    ATTEMPTS = "attempts_hours"
    """Our own record of actions; while one is open it stays."""

    def period(self, settings: RetentionSettings) -> timedelta:
        """How long this deployment keeps it."""
        hours: int = getattr(settings, self.value)
        return timedelta(hours=hours)


@dataclass(frozen=True, slots=True)
class Holding:
    """Columns that one query lets go of, and their class.

    The query takes the period and how many rows at most, and returns a row for each that it
    touched.
    """

    table: str
    columns: frozenset[str]
    kept: RetentionClass
    query: LiteralString


def retention(
    db: Database, holdings: Sequence[Holding], settings: RetentionSettings
) -> PeriodicJob:
    """The daily sweep of a room's holdings, some thousand rows at a time, from where it was."""

    async def sweep(cursor: Cursor) -> Cursor:
        place = int((cursor or {}).get("holding", 0))
        if place >= len(holdings):
            return None
        holding = holdings[place]
        period = holding.kept.period(settings)
        touched = await db.fetch(holding.query, period, BATCH)
        return {"holding": place if len(touched) == BATCH else place + 1}

    return PeriodicJob("sweep_linkedin_data", every=timedelta(days=1), run=sweep, offset=SWEEP_AT)
