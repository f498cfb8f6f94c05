"""Pauses: spread out, longer for what is refused, longer for what is old."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.profile.reading.intervals import (
    FIRST_MEASURE,
    FIRST_REFUSAL,
    LONGEST_REFUSAL,
    MEASURED_FOR,
    jittered,
    measure_pause,
    refusal_pause,
)

ages = st.timedeltas(timedelta(0), timedelta(days=90))


@given(st.integers(1, 720), st.floats(0, 1, exclude_max=True))
def test_a_pause_is_a_tenth_longer_or_shorter_at_most(hours: int, drawn: float) -> None:
    pause = timedelta(hours=hours)

    assert pause * 0.9 <= jittered(pause, lambda: drawn) <= pause * 1.1


def test_profiles_connected_together_drift_apart() -> None:
    pauses = {jittered(timedelta(hours=24), lambda drawn=n / 100: drawn) for n in range(100)}  # type: ignore[misc]

    assert len(pauses) == 100
    assert max(pauses) - min(pauses) > timedelta(hours=4)


@given(st.integers(1, 1_000))
def test_the_more_often_it_is_refused_the_longer_it_rests(times: int) -> None:
    assert FIRST_REFUSAL <= refusal_pause(times) <= refusal_pause(times + 1) <= LONGEST_REFUSAL


@given(ages, ages)
def test_the_older_a_post_the_more_seldom_it_is_measured(one: timedelta, other: timedelta) -> None:
    never = timedelta.max
    younger, older = sorted((one, other))

    assert (measure_pause(younger) or never) <= (measure_pause(older) or never)


def test_a_post_is_measured_some_thirty_times_and_then_no_more() -> None:
    age, times = FIRST_MEASURE, 0
    while (pause := measure_pause(age)) is not None:
        age, times = age + pause, times + 1

    assert 25 <= times <= 40
    assert age >= MEASURED_FOR
