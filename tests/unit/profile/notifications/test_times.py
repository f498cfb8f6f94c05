"""Digests come in the morning and quiet hours end when they say, in any zone and season."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.profile.notifications.delivery import ways_for
from services.profile.notifications.digest_time import due_at
from services.profile.notifications.kinds import CATALOGUE, Kind, Severity
from services.profile.preferences.model import DigestFrequency, Preferences, QuietHours

ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Asia/Tehran"]
).map(ZoneInfo)
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
CLOCKS = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@settings(deadline=None)
@given(TIMES, ZONES)
def test_a_digest_comes_at_the_next_eight_o_clock(oldest: datetime, zone: ZoneInfo) -> None:
    due = due_at(oldest, DigestFrequency.DAILY, zone)
    assert oldest < due <= oldest + timedelta(hours=25)
    assert due.astimezone(zone).time() == time(8)


@settings(deadline=None)
@given(TIMES, ZONES)
def test_a_weekly_one_comes_on_a_monday(oldest: datetime, zone: ZoneInfo) -> None:
    due = due_at(oldest, DigestFrequency.WEEKLY, zone)
    assert oldest < due <= oldest + timedelta(days=7, hours=1)
    assert due.astimezone(zone).weekday() == 0


@settings(deadline=None)
@given(TIMES, ZONES, CLOCKS, CLOCKS)
def test_quiet_hours_end_at_their_end(
    now: datetime, zone: ZoneInfo, start: time, end: time
) -> None:
    if start == end:
        return
    until = QuietHours(start, end).end_of_quiet(now, zone)
    clock = now.astimezone(zone).time()
    is_quiet = start <= clock < end if start < end else clock >= start or clock < end
    assert (until is not None) == is_quiet
    if until is not None:
        assert until.astimezone(UTC) - now <= timedelta(hours=25)
        assert until.timetz().replace(tzinfo=None) == end


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("frequency", DigestFrequency)
def test_who_switched_mails_off_is_mailed_nothing(
    severity: Severity, frequency: DigestFrequency
) -> None:
    off = Preferences(notification_email=False, digest_frequency=frequency)
    ways = ways_for(severity, off)
    assert not ways.is_mailed_at_once
    assert not ways.is_for_digest
    assert ways.channels == ["inapp", "push"]
    on = ways_for(severity, Preferences(digest_frequency=frequency))
    assert on.is_mailed_at_once != on.is_for_digest


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_words_and_the_longest_values_fit(kind: Kind) -> None:
    wording = CATALOGUE[kind]
    title, body = wording.filled(dict.fromkeys(wording.needs, "x" * 1000))
    assert 0 < len(title) <= 255
    assert 0 < len(body) <= 4000
    assert "$" not in title + body
