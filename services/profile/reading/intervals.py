"""How long to wait before LinkedIn is asked again."""

from collections.abc import Callable
from datetime import timedelta
from secrets import SystemRandom

_CHANCE = SystemRandom()
Draw = Callable[[], float]
"""A number from 0 up to but not including 1, evenly spread."""

JITTER = 0.1
"""Share by which a pause is stretched or shortened: profiles connected together drift apart."""
FIRST_REFUSAL = timedelta(days=3)
LONGEST_REFUSAL = timedelta(days=30)
FIRST_MEASURE = timedelta(hours=1)
MEASURED_FOR = timedelta(days=60)
"""Hardly anything happens to a post after that."""
SHARE_OF_AGE = 0.25
"""A post is measured again when it is a quarter older: some 20 times in its first month."""


def jittered(pause: timedelta, draw: Draw = _CHANCE.random) -> timedelta:
    """`pause`, up to a tenth longer or shorter."""
    return pause * (1 + JITTER * (2 * draw() - 1))


def refusal_pause(times: int) -> timedelta:
    """After being refused for the `times`-th time in a row, from 1: days, then weeks."""
    doublings = min(max(times, 1) - 1, 10)
    return min(FIRST_REFUSAL * (1 << doublings), LONGEST_REFUSAL)


def measure_pause(age: timedelta) -> timedelta | None:
    """When to measure a post of this age again; None for never."""
    if age >= MEASURED_FOR:
        return None
    return max(FIRST_MEASURE, age * SHARE_OF_AGE)
