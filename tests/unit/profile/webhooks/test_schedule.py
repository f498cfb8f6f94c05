"""When a delivery is tried again: grows, jitters, heeds receivers within bounds, and ends."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.webhooks.model import DeliveryState, DisabledReason
from services.profile.webhooks.schedule import (
    GIVEN_UP_AFTER,
    JITTER,
    LONGEST_WAIT,
    MOST_ATTEMPTS,
    PAUSES,
    Result,
    excerpt_of,
    pause_after,
    verdict_on,
)

NOW = datetime(2026, 11, 28, tzinfo=UTC)
FRESH = timedelta(0)
attempts = st.integers(1, MOST_ATTEMPTS - 1)
failures = st.integers(300, 599).filter(lambda status: status != 410)


@given(attempts, st.floats(0, 1))
def test_a_pause_is_the_planned_one_give_or_take_a_tenth(attempt: int, drawn: float) -> None:
    planned = PAUSES[attempt - 1]
    pause = pause_after(attempt, lambda: drawn)
    assert abs(pause - planned) <= planned * JITTER + timedelta(microseconds=1)


def test_the_tries_go_over_three_days_and_pauses_only_grow() -> None:
    assert timedelta(days=3) < sum(PAUSES, timedelta(0)) < timedelta(days=3.5)
    assert list(PAUSES) == sorted(PAUSES)


@given(attempts, failures, st.integers(0, 10**12))
def test_receivers_may_ask_for_more_time_but_not_for_any(
    attempt: int, status: int, seconds: int
) -> None:
    result = Result(status=status, retry_after=str(seconds))
    verdict = verdict_on(result, attempt=attempt, failing_for=FRESH)
    assert verdict.state is DeliveryState.PENDING
    assert verdict.pause is not None
    asked = min(timedelta(seconds=min(seconds, 10**6)), LONGEST_WAIT)
    assert verdict.pause >= asked
    assert verdict.pause <= max(LONGEST_WAIT, PAUSES[attempt - 1] * (1 + JITTER))


def test_a_date_may_be_asked_for_too() -> None:
    later = format_datetime(NOW + timedelta(hours=3), usegmt=True)
    result = Result(status=503, retry_after=later)
    assert verdict_on(result, attempt=1, failing_for=FRESH, now=NOW).pause == timedelta(hours=3)


@given(st.text(max_size=40))
def test_no_words_of_a_receiver_break_anything(words: str) -> None:
    result = Result(status=500, retry_after=words)
    verdict = verdict_on(result, attempt=1, failing_for=FRESH, now=NOW)
    assert verdict.pause is not None
    assert timedelta(0) < verdict.pause <= LONGEST_WAIT * (1 + JITTER)


@given(st.integers(200, 299), st.integers(1, 20), st.timedeltas(FRESH))
def test_what_has_arrived_has_arrived(status: int, attempt: int, failing_for: timedelta) -> None:
    verdict = verdict_on(Result(status=status), attempt=attempt, failing_for=failing_for)
    assert verdict.state is DeliveryState.DELIVERED
    assert verdict.disables is None


def test_the_last_try_is_the_last() -> None:
    verdict = verdict_on(Result(error="timeout"), attempt=MOST_ATTEMPTS, failing_for=FRESH)
    assert (verdict.state, verdict.pause) == (DeliveryState.DEAD, None)


@pytest.mark.parametrize(
    ("result", "failing_for", "reason"),
    [
        (Result(status=410), FRESH, DisabledReason.GONE),
        (Result(status=500), GIVEN_UP_AFTER, DisabledReason.FAILING),
        (Result(error="timeout"), GIVEN_UP_AFTER, DisabledReason.FAILING),
        (Result(status=500), GIVEN_UP_AFTER - timedelta(seconds=1), None),
    ],
)
def test_who_is_given_up(
    result: Result, failing_for: timedelta, reason: DisabledReason | None
) -> None:
    assert verdict_on(result, attempt=2, failing_for=failing_for).disables is reason


@given(st.binary(max_size=3_000))
def test_an_excerpt_is_short_and_can_be_stored_and_shown(body: bytes) -> None:
    excerpt = excerpt_of(body)
    assert len(excerpt) <= 1_000
    assert excerpt.isprintable()
