"""When a digest is due, on its reader's clock."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.profile.preferences.model import DigestFrequency

HOUR = time(8)
"""Early enough for the day, late enough for nobody to be woken."""
MONDAY = 0


def due_at(oldest: datetime, frequency: DigestFrequency, zone: ZoneInfo) -> datetime:
    """When a digest is due whose oldest part is from `oldest` (aware).

    The first eight o'clock after it in `zone`, for a weekly one that of a Monday.
    """
    if frequency is DigestFrequency.AT_ONCE:
        return oldest
    day = oldest.astimezone(zone).date()
    due = datetime.combine(day, HOUR, tzinfo=zone)
    is_weekly = frequency is DigestFrequency.WEEKLY
    while due <= oldest or (is_weekly and due.weekday() != MONDAY):
        day += timedelta(days=1)
        due = datetime.combine(day, HOUR, tzinfo=zone)
    return due
