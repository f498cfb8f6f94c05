"""Waiting for something to become true, with an end."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(
    look: Callable[[], Awaitable[T]], *, seconds: float = 10, every: float = 0.02
) -> T:
    """Call `look` until it returns something true, and return that; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        found = await look()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {seconds} s; the last look saw {found!r}"
        await asyncio.sleep(every)
