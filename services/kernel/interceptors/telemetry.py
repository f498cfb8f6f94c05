"""Counts and times every call."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from services.kernel.contract import Method
from services.kernel.errors import DomainError
from services.kernel.interceptors.call import Call, Streaming, Unary
from services.kernel.telemetry import CALLS, SECONDS

Finish = Callable[[float, BaseException | None], None]


def unary(method: Method, proceed: Unary) -> Unary:
    """Measure a unary call."""
    finish = _recorder(method)

    async def handle(request: Any, call: Call) -> Any:
        started = time.perf_counter()
        try:
            reply = await proceed(request, call)
        except BaseException as error:
            finish(started, error)
            raise
        finish(started, None)
        return reply

    return handle


def streaming(method: Method, proceed: Streaming) -> Streaming:
    """Measure a stream, from its first request to its end."""
    finish = _recorder(method)

    async def handle(request: Any, call: Call) -> AsyncIterator[Any]:
        started = time.perf_counter()
        try:
            async for reply in proceed(request, call):
                yield reply
        except BaseException as error:
            finish(started, error)
            raise
        finish(started, None)

    return handle


def _recorder(method: Method) -> Finish:
    service, _, name = method.path[1:].partition("/")
    seconds = SECONDS.labels(service, name)
    finished = CALLS.labels(service, name, "OK")

    def finish(started: float, error: BaseException | None) -> None:
        seconds.observe(time.perf_counter() - started)
        if error is None:
            finished.inc()
        else:
            CALLS.labels(service, name, _code(error)).inc()

    return finish


def _code(error: BaseException) -> str:
    if isinstance(error, DomainError):
        return error.code.name
    cancelled = isinstance(error, asyncio.CancelledError | GeneratorExit)
    return "CANCELLED" if cancelled else "INTERNAL"
