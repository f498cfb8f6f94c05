"""The floor under the time of an answer."""

import time

from services.auth.pace import Pace


async def test_answer_waits_for_the_floor() -> None:
    started = time.monotonic()
    await Pace(0.05).wait()
    assert time.monotonic() - started >= 0.05


async def test_answer_later_than_the_floor_waits_no_longer() -> None:
    pace = Pace(-1.0)
    started = time.monotonic()
    await pace.wait()
    assert time.monotonic() - started < 0.05
