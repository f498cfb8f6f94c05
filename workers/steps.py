"""Steps of an action that may be asked for again when no answer came."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import grpc

PAUSES_SECONDS = (0.5, 1.0, 2.0)
"""Long enough for a service that died to be back; a step that fails costs a lease of a minute."""
_NO_ANSWER = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)

Request = TypeVar("Request")
Reply = TypeVar("Reply")


async def steadily(call: Callable[[Request], Awaitable[Reply]], request: Request) -> Reply:
    """Call, and call again when no answer came. Only for calls that bear to be repeated.

    Raises AioRpcError.
    """
    for pause_seconds in PAUSES_SECONDS:
        try:
            return await call(request)
        except grpc.aio.AioRpcError as failed:
            if failed.code() not in _NO_ANSWER:
                raise
        await asyncio.sleep(pause_seconds)
    return await call(request)
