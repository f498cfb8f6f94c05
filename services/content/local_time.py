"""Wall-clock times and zones."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def first_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at which a clock in `zone` shows `local` (naive, whole seconds) or later.

    So a time that a change of clocks skips means the moment of the change, and one that happens
    twice means its first occurrence. The answer is in UTC.
    """
    by_old_offset = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if on_clock(by_old_offset, zone) == local:
        return by_old_offset
    # Skipped (PEP 495): the offset after the change gives an instant before it, and the other way
    # round, so the change lies between the two.
    by_new_offset = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    seconds = range(int((by_old_offset - by_new_offset).total_seconds()))
    skipped_to = bisect_left(
        seconds, x=True, key=lambda s: on_clock(by_new_offset + timedelta(seconds=s), zone) > local
    )
    return by_new_offset + timedelta(seconds=skipped_to)


def on_clock(at: datetime, zone: ZoneInfo) -> datetime:
    """What a clock in `zone` shows at an instant, naive."""
    return at.astimezone(zone).replace(tzinfo=None)
