"""Composes the interceptors around each method once, at start.

The order is errors, telemetry, deadline, auth, validate, idempotency. Plain function composition:
grpc.aio's own interceptors cost several times as much per call.
"""

import inspect
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import grpc

from services.kernel.contract import Method
from services.kernel.credentials import Verifier
from services.kernel.idempotency import IdempotencyKeys
from services.kernel.interceptors import (
    auth,
    deadline,
    errors,
    idempotency,
    telemetry,
    validate,
)
from services.kernel.interceptors.call import Call, Context, Streaming, Unary, begin


@dataclass(frozen=True, slots=True)
class Parts:
    """What the interceptors need."""

    callers: auth.Callers
    verifier: Verifier
    keys: IdempotencyKeys


def handler(method: Method, servicer: object, parts: Parts) -> "grpc.RpcMethodHandler[Any, Any]":
    """The gRPC handler of one method.

    Raises TypeError for a servicer whose method is missing or not async: a blocking handler would
    stall every call of the process.
    """
    behaviour = getattr(servicer, method.name, None)
    validate.warm(method.request_type)
    codec: dict[str, Any] = {
        "request_deserializer": method.request_type.FromString,
        "response_serializer": method.reply_type.SerializeToString,
    }
    if method.is_stream:
        if not inspect.isasyncgenfunction(behaviour):
            raise TypeError(f"{method.path} must be an async generator")
        return grpc.unary_stream_rpc_method_handler(_streaming(method, behaviour, parts), **codec)
    if not inspect.iscoroutinefunction(behaviour):
        raise TypeError(f"{method.path} must be a coroutine function")
    return grpc.unary_unary_rpc_method_handler(_unary(method, behaviour, parts), **codec)


def _unary(method: Method, behaviour: Any, parts: Parts) -> Any:
    async def innermost(request: Any, call: Call) -> Any:
        return await behaviour(request, call.context)

    checked = _checked(method, parts, idempotency.unary(method, parts.keys, innermost))
    composed = errors.unary(telemetry.unary(method, deadline.unary(checked)))

    async def handle(request: Any, context: Context) -> Any:
        return await composed(request, begin(context, method))

    return handle


def _checked(method: Method, parts: Parts, proceed: Unary) -> Unary:
    check = auth.check_for(method, parts.callers, parts.verifier)

    async def handle(request: Any, call: Call) -> Any:
        await check(call)
        validate.check(request)
        return await proceed(request, call)

    return handle


def _streaming(method: Method, behaviour: Any, parts: Parts) -> Any:
    check = auth.check_for(method, parts.callers, parts.verifier)

    async def checked(request: Any, call: Call) -> AsyncIterator[Any]:
        await check(call)
        validate.check(request)
        async for reply in behaviour(request, call.context):
            yield reply

    composed: Streaming = errors.streaming(telemetry.streaming(method, deadline.streaming(checked)))

    async def handle(request: Any, context: Context) -> AsyncIterator[Any]:
        async for reply in composed(request, begin(context, method)):
            yield reply

    return handle
