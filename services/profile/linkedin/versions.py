"""How long a `LinkedIn-Version` lives.

A version comes with its month and lives for a year and a few weeks: 202604 was announced to end on
15 April 2027.
Source: https://learn.microsoft.com/en-us/linkedin/marketing/versioning
"""

from datetime import date, timedelta
from enum import Enum

LAST_DAY = 15
"""Of its month a year later."""
WARNING_DAYS = 60
"""Enough for a release of ours that speaks a newer version."""


class VersionState(Enum):
    """Where a version stands on a given day."""

    ACTIVE = "active"
    NEAR_ITS_END = "near_its_end"
    ENDED = "ended"
    NOT_OUT = "not_out"


def version_ends_on(version: str) -> date:
    """The first day on which LinkedIn refuses `version` (YYYYMM). ValueError for no month."""
    return date(int(version[:4]) + 1, int(version[4:]), LAST_DAY)


def version_state(version: str, today: date) -> VersionState:
    """Whether `version` (YYYYMM) can be asked for `today`. ValueError for no month."""
    ends_on = version_ends_on(version)
    if today < ends_on.replace(year=ends_on.year - 1, day=1):
        return VersionState.NOT_OUT
    if today >= ends_on:
        return VersionState.ENDED
    is_near = today >= ends_on - timedelta(days=WARNING_DAYS)
    return VersionState.NEAR_ITS_END if is_near else VersionState.ACTIVE
