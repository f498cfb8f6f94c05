"""Says every day how long the configured `LinkedIn-Version` still lives."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from prometheus_client import Gauge

from services.kernel.periodic import Cursor, PeriodicJob
from services.profile.linkedin.versions import VersionState, version_ends_on, version_state

log = structlog.get_logger()

DAYS_LEFT = Gauge(
    "inergize_linkedin_version_days_left",
    "Days until LinkedIn refuses the configured version; negative once it does.",
)


def version_watch(version: str, now: Callable[[], datetime]) -> PeriodicJob:
    """A daily look at `version` (YYYYMM): a metric, and a line in the log once it nears its end."""

    async def run(_: Cursor) -> Cursor:
        look(version, now())
        return None

    look(version, now())  # the metric is there from the start
    return PeriodicJob("watch_linkedin_version", timedelta(days=1), run)


def look(version: str, now: datetime) -> VersionState:
    """Set the metric, and log a version that is not in the middle of its life."""
    state = version_state(version, now.date())
    days_left = (version_ends_on(version) - now.date()).days
    DAYS_LEFT.set(days_left)
    if state is not VersionState.ACTIVE:
        say = log.error if state is VersionState.ENDED else log.warning
        say("linkedin_version", version=version, state=state.value, days_left=days_left)
    return state
