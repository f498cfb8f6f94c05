"""Wall-clock times and zones."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from services.content.errors import UnknownTimeZone


def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of that name. Raises UnknownTimeZone."""
    # The set leaves out names that load but are no zones, such as `right/UTC` with leap seconds.
    if name not in _names():
        raise UnknownTimeZone(time_zone=name)
    return ZoneInfo(name)


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


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
