"""The measure of `tests/support/timing.py` finds a difference where there is one."""

import random

from tests.support.timing import Comparison

draw = random.Random(1)


def around(seconds: float, count: int = 200) -> list[float]:
    return [draw.gauss(seconds, 0.002) for _ in range(count)]


def test_alike_is_alike() -> None:
    compared = Comparison(around(0.2), around(0.2))
    assert compared.told_apart < 0.6
    assert compared.medians_apart < 0.01


def test_a_few_milliseconds_are_told_apart() -> None:
    compared = Comparison(around(0.200), around(0.205))
    assert compared.told_apart > 0.9
    assert 0.015 < compared.medians_apart < 0.035


def test_either_order_is_told_apart() -> None:
    assert Comparison(around(0.3), around(0.2)).told_apart == 1
    assert Comparison(around(0.2), around(0.3)).told_apart == 1
