"""Answers go out at multiples of a step, whatever was done before."""

import time

import pytest

from services.auth.pace import Pace

STEP_SECONDS = 0.08


@pytest.mark.parametrize(("worked_steps", "answered_steps"), [(0.0, 1), (0.9, 1), (1.2, 2)])
async def test_answers_go_out_at_whole_steps(worked_steps: float, answered_steps: int) -> None:
    started = time.monotonic()
    pace = Pace(STEP_SECONDS)
    time.sleep(worked_steps * STEP_SECONDS)  # noqa: ASYNC251 - the work that is paced
    await pace.wait()
    passed = (time.monotonic() - started) / STEP_SECONDS
    assert answered_steps <= passed < answered_steps + 0.7
