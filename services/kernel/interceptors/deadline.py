"""Gives every call an end: the contract's timeout, or the client's when that is sooner."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from services.kernel.deadline import set_remaining
from services.kernel.errors import DeadlineExceeded
from services.kernel.interceptors.call import Call, Streaming, Unary

STREAM_FAREWELL_SECONDS = 1.0


def unary(proceed: Unary) -> Unary:
    """Bound a unary call."""

    async def handle(request: Any, call: Call) -> Any:
        seconds = allowed_seconds(call)
        set_remaining(seconds)
        try:
            async with asyncio.timeout(seconds) as limit:
                return await proceed(request, call)
        except TimeoutError:
            if limit.expired():
                raise DeadlineExceeded from None
            raise

    return handle


def streaming(proceed: Streaming) -> Streaming:
    """Bound a stream's life. Handlers end by themselves a second earlier, with a last message."""

    async def handle(request: Any, call: Call) -> AsyncIterator[Any]:
        seconds = allowed_seconds(call)
        set_remaining(seconds - STREAM_FAREWELL_SECONDS)
        try:
            async with asyncio.timeout(seconds) as limit:
                async for reply in proceed(request, call):
                    yield reply
        except TimeoutError:
            if limit.expired():
                raise DeadlineExceeded from None
            raise

    return handle


def allowed_seconds(call: Call) -> float:
    """How long the call may take: never longer than the contract says."""
    asked = call.context.time_remaining()
    longest = call.method.timeout_seconds
    return longest if asked is None else min(asked, longest)
