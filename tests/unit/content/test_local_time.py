"""Wall-clock times: skipped, repeated and ordinary ones, in every zone."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.content.local_time import first_instant, on_clock

ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
MINUTE = timedelta(minutes=1)
# Since 1973 every zone's offset is a whole number of minutes, so minutes find every change.
YEARS = st.integers(1973, 2036)


@st.composite
def around_a_change(draw: st.DrawFn) -> tuple[datetime, ZoneInfo]:
    """A zone, and a local time near one of its changes of clocks."""
    zone, year = draw(ZONES), draw(YEARS)
    days = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(366)]
    offsets = [day.astimezone(zone).utcoffset() for day in days]
    changes = [n for n in range(365) if offsets[n] != offsets[n + 1]]
    assume(changes)
    before = draw(st.sampled_from(changes))
    minute = bisect_left(
        range(1440),
        x=True,
        key=lambda m: (days[before] + m * MINUTE).astimezone(zone).utcoffset() != offsets[before],
    )
    change = on_clock(days[before] + minute * MINUTE, zone)
    return change + timedelta(minutes=draw(st.integers(-200, 200))), zone


def first_shown(local: datetime, zone: ZoneInfo) -> datetime:
    """The same promise, kept the slow way: look at the clock every minute."""
    at = local.replace(tzinfo=UTC) - timedelta(hours=30)
    while on_clock(at, zone) < local:
        at += MINUTE
    return at


@settings(deadline=None, max_examples=200)
@given(around_a_change())
def test_first_instant_is_the_first_that_shows_the_time_or_later(
    case: tuple[datetime, ZoneInfo],
) -> None:
    local, zone = case
    assert first_instant(local, zone) == first_shown(local, zone)


@given(ZONES, st.datetimes(datetime(1973, 1, 1), datetime(2036, 1, 1)))  # noqa: DTZ001 - local times
def test_first_instant_never_shows_an_earlier_time(zone: ZoneInfo, local: datetime) -> None:
    local = local.replace(microsecond=0)
    shown = on_clock(first_instant(local, zone), zone)
    assert shown >= local
    assert shown - local <= timedelta(days=1)


@given(ZONES, st.datetimes(datetime(1973, 1, 1), datetime(2036, 1, 1)))  # noqa: DTZ001 - an instant
def test_what_a_clock_shows_leads_back_to_it_or_to_its_first_showing(
    zone: ZoneInfo, at: datetime
) -> None:
    instant = at.replace(tzinfo=UTC, microsecond=0)
    found = first_instant(on_clock(instant, zone), zone)
    assert found <= instant
    assert on_clock(found, zone) == on_clock(instant, zone)


@pytest.mark.parametrize(
    ("zone", "local", "instant"),
    [
        ("Europe/Berlin", "2027-03-28T02:30", "2027-03-28T01:00"),  # skipped
        ("Europe/Berlin", "2027-03-28T03:00", "2027-03-28T01:00"),  # the first after it
        ("Europe/Berlin", "2027-10-31T02:30", "2027-10-31T00:30"),  # happens twice
        ("America/New_York", "2027-03-14T02:00", "2027-03-14T07:00"),
        ("Australia/Lord_Howe", "2027-10-03T02:15", "2027-10-02T15:30"),  # half an hour
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),  # a day was left out
        ("Africa/Casablanca", "2027-01-15T09:00", "2027-01-15T08:00"),
        ("Asia/Kathmandu", "2027-01-15T09:00", "2027-01-15T03:15"),
    ],
)
def test_known_clock_changes(zone: str, local: str, instant: str) -> None:
    found = first_instant(datetime.fromisoformat(local), ZoneInfo(zone))
    assert found == datetime.fromisoformat(instant).replace(tzinfo=UTC)
