"""The rules, without anything around them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.safety import policy
from services.safety.model import Account, Limits, OwnLimits, Use, Verdict, Window

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
CALM = Account(now=NOW)
TICK = timedelta(microseconds=1)

spans = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9))
uses = st.lists(
    st.builds(
        lambda ago, units: Use(UUID(int=0), "publish_post", NOW - ago, units),
        spans,
        st.integers(1, 3),
    ),
    max_size=20,
)
windows = st.builds(
    Window,
    st.just("rule"),
    st.integers(1, 8),
    st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=7)),
)


def use(ago: timedelta) -> Use:
    return Use(UUID(int=0), "publish_post", NOW - ago, 1)


def units_in(window: Window, spent: list[Use], at: datetime) -> int:
    return sum(found.units for found in policy.inside(window, spent, at))


@given(windows, uses)
def test_window_is_free_when_it_says_and_not_a_moment_sooner(
    window: Window, spent: list[Use]
) -> None:
    at = policy.free_at(window, spent, NOW)

    assert at is not None
    assert at >= NOW
    assert units_in(window, spent, at) < window.cap
    if at > NOW:
        assert units_in(window, spent, at - TICK) >= window.cap


@given(uses)
def test_deferred_action_is_allowed_at_the_time_it_is_given(spent: list[Use]) -> None:
    own = OwnLimits(3, 5, timedelta(minutes=1), 0, Decimal(0))
    decision = policy.decide("publish_post", CALM, own, spent)
    if decision.verdict is Verdict.ALLOWED:
        return
    assert decision.next_allowed_at is not None

    later = policy.decide("publish_post", Account(now=decision.next_allowed_at), own, spent)
    sooner = policy.decide("publish_post", Account(now=decision.next_allowed_at - TICK), own, spent)

    assert later.verdict is Verdict.ALLOWED
    assert sooner.verdict is Verdict.DEFERRED


@given(uses, uses)
def test_more_uses_never_turn_a_refusal_into_permission(some: list[Use], more: list[Use]) -> None:
    before = policy.decide("publish_post", CALM, None, some)
    after = policy.decide("publish_post", CALM, None, some + more)

    assert before.verdict is Verdict.ALLOWED or after.verdict is not Verdict.ALLOWED


@given(
    st.builds(
        OwnLimits,
        st.integers(0, 150),
        st.integers(0, 1050),
        spans,
        st.integers(0, 200),
        st.decimals(0, 99, places=2),
    ),
    st.one_of(st.none(), st.integers(-5, 400)),
)
def test_own_limits_never_exceed_the_ceiling(own: OwnLimits, warmup_day: int | None) -> None:
    ceiling = policy.CEILINGS["publish_post"]
    limits = policy.tightened(ceiling, own, warmup_day)

    assert limits.daily_cap <= ceiling.daily_cap
    assert limits.weekly_cap <= ceiling.weekly_cap
    assert limits.min_gap >= ceiling.min_gap


@pytest.mark.parametrize(
    ("day", "daily_cap"), [(None, 20), (-1, 2), (0, 2), (1, 3), (3, 6), (100, 20)]
)
def test_warm_up_ramps_to_the_cap(day: int | None, daily_cap: int) -> None:
    own = OwnLimits(20, 100, timedelta(0), 2, Decimal("1.50"))

    assert policy.tightened(policy.CEILINGS["publish_post"], own, day).daily_cap == daily_cap


def test_cap_of_nothing_blocks() -> None:
    own = OwnLimits(0, 100, timedelta(0), 0, Decimal(0))

    decision = policy.decide("publish_post", CALM, own, [])

    assert (decision.verdict, decision.rules) == (Verdict.BLOCKED, ("daily_cap",))
    assert decision.next_allowed_at is None


def test_every_rule_in_the_way_is_named() -> None:
    account = Account(now=NOW, paused_until=NOW + timedelta(hours=1))
    own = OwnLimits(1, 1, timedelta(minutes=5), 0, Decimal(0))

    decision = policy.decide("publish_post", account, own, [use(timedelta(seconds=1))])

    assert decision.rules == ("paused", "daily_cap", "weekly_cap", "min_gap")
    assert decision.next_allowed_at == NOW - timedelta(seconds=1) + timedelta(days=7)


def test_restriction_outweighs_a_deferral() -> None:
    account = Account(now=NOW, is_restricted=True, paused_until=NOW + timedelta(hours=1))

    decision = policy.decide("publish_post", account, None, [])

    assert (decision.verdict, decision.next_allowed_at) == (Verdict.BLOCKED, None)


@given(st.text(max_size=20).filter(lambda name: name not in policy.CEILINGS))
def test_action_without_a_ceiling_is_blocked(action_type: str) -> None:
    assert policy.decide(action_type, CALM, None, []).verdict is Verdict.BLOCKED


def test_every_rule_has_words_for_users() -> None:
    windows = Limits(1, 1, timedelta(1)).windows()
    rules = {"unknown_action", "restricted", "paused"} | {window.rule for window in windows}

    assert set(policy.EXPLANATIONS) == rules


def test_ceilings_stay_below_what_the_database_admits() -> None:
    # safety_limits refuses caps above LinkedIn's 150 calls a day.
    for limits in policy.CEILINGS.values():
        assert 0 < limits.daily_cap <= 150
        assert limits.daily_cap <= limits.weekly_cap <= 7 * limits.daily_cap
