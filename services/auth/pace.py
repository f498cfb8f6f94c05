"""Answers that must not tell by their speed whether an address is known."""

import asyncio
import math
import time


class Pace:
    """An answer that goes out a whole multiple of a fixed time after the question.

    The paths behind it differ by a few writes. The first multiple lies above all of them; on a
    machine so busy that it does not, the second one does.
    """

    def __init__(self, seconds: float) -> None:
        self._step_seconds = seconds
        self._since = time.monotonic()

    async def wait(self) -> None:
        """Wait for the next multiple."""
        passed = time.monotonic() - self._since
        steps = max(math.ceil(passed / self._step_seconds), 1)
        await asyncio.sleep(steps * self._step_seconds - passed)
