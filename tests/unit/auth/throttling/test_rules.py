"""How counts of failures grow into delays and locks, and go away again."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth.throttling.model import Count
from services.auth.throttling.rules import Drain, Ladder, Rule, rules
from services.kernel.config import AuthSettings

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
RULES = rules(AuthSettings())
ACCOUNT = Ladder(free=5, lock_at=10, lock=timedelta(minutes=15), longest=timedelta(days=1))
SHARED = Drain(hourly=100)


def count(failures: float = 0, at: datetime = NOON, **fields: datetime | None) -> Count:
    times: dict[str, datetime | None] = {"counted_at": at, "blocked_until": None} | fields
    return Count(kind="account", key=b"k", failures=failures, at=at, **times)  # type: ignore[arg-type]


def added(rule: Rule, times: int, before: Count | None = None) -> Count:
    """The count after so many tries, each as soon as it is let through."""
    now = before or count()
    for _ in range(times):
        now = rule.add(later(now, now.wait))
    return now


def later(before: Count, passed: timedelta) -> Count:
    return Count(
        kind=before.kind,
        key=before.key,
        failures=before.failures,
        counted_at=before.counted_at,
        blocked_until=before.blocked_until,
        at=before.at + passed,
    )


def test_delays_double_and_locks_double_up_to_the_longest() -> None:
    seconds = [ACCOUNT.wait_after(n).total_seconds() for n in range(1, 21)]
    assert seconds[:4] == [0, 0, 0, 0]
    assert seconds[4:9] == [1, 2, 4, 8, 16]
    assert seconds[9:16] == [900 * 2**n for n in range(7)]
    assert set(seconds[16:]) == {86_400}


@given(st.integers(min_value=0, max_value=10_000))
def test_no_lock_is_for_ever(failures: int) -> None:
    assert ACCOUNT.wait_after(failures) <= timedelta(days=1)


def test_a_quiet_day_forgets_failures_and_less_does_not() -> None:
    locked = added(ACCOUNT, 10)
    assert locked.wait == timedelta(minutes=15)
    soon = later(locked, locked.wait + timedelta(hours=23))
    assert ACCOUNT.add(soon).failures == 11
    next_day = later(locked, locked.wait + timedelta(hours=24))
    assert ACCOUNT.add(next_day).failures == 1


def test_a_try_taken_back_leaves_no_trace() -> None:
    for tries in (4, 5, 9, 12):
        before = added(ACCOUNT, tries)
        counted = ACCOUNT.add(later(before, before.wait))
        after = ACCOUNT.take_back(counted, counted)
        assert (after.failures, after.wait) == (tries, timedelta(0))


def test_a_try_taken_back_leaves_the_waits_of_others() -> None:
    mine = added(ACCOUNT, 4)
    others = ACCOUNT.add(mine)
    after = ACCOUNT.take_back(others, mine)
    assert (after.failures, after.wait) == (4, timedelta(seconds=1))


def test_a_network_may_fail_so_often_at_once_and_again_an_hour_later() -> None:
    full = count()
    for _ in range(100):
        assert full.wait == timedelta(0)
        full = SHARED.add(full)
    assert full.wait == timedelta(seconds=36)
    assert later(full, timedelta(seconds=36)).wait == timedelta(0)
    assert SHARED.add(later(full, timedelta(hours=1))).failures == pytest.approx(1)


@given(st.lists(st.floats(min_value=0, max_value=7200), min_size=1, max_size=300))
def test_no_hour_sees_more_than_twice_what_is_allowed(gaps_seconds: list[float]) -> None:
    """A full bucket and what drains in an hour: the most that any hour can let through."""
    rule, now, let_through = Drain(hourly=10), count(), []
    for gap in gaps_seconds:
        now = later(now, timedelta(seconds=gap))
        if now.wait == timedelta(0):
            now = rule.add(now)
            let_through.append(now.at)
    for start in let_through:
        hour = [at for at in let_through if start <= at < start + timedelta(hours=1)]
        assert len(hour) <= 20


def test_right_tries_give_a_network_back_what_they_took() -> None:
    counted = SHARED.add(added(SHARED, 99))
    after = SHARED.take_back(counted, counted)
    assert after.failures == pytest.approx(99, abs=0.1)
    assert after.wait == timedelta(0)


def test_clocks_that_step_back_give_nothing_back() -> None:
    before = added(SHARED, 50)
    assert SHARED.add(later(before, timedelta(hours=-1))).failures == pytest.approx(51, abs=0.5)


def test_a_known_device_has_fewer_tries_than_a_stranger() -> None:
    device, account = RULES["device"], RULES["account"]
    assert isinstance(device, Ladder)
    assert isinstance(account, Ladder)
    assert device.lock_at < account.lock_at
    assert all(device.wait_after(n) >= account.wait_after(n) for n in range(30))


def test_waits_never_shrink_as_failures_grow() -> None:
    waits = [ACCOUNT.wait_after(n) for n in range(50)]
    assert all(later_wait >= wait for wait, later_wait in pairwise(waits))


def test_a_patient_stranger_has_few_guesses_in_a_year() -> None:
    guesses, waited = 0, timedelta(0)
    while waited < timedelta(days=365):
        guesses += 1
        waited += ACCOUNT.wait_after(guesses)
    assert guesses < 400
