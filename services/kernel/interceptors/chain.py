"""Composes the interceptors around each method once, at start.

The order is errors, telemetry, deadline, auth, validate, idempotency. Plain function composition:
grpc.aio's own interceptors cost several times as much per call.
"""

import inspect
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import grpc
from inergize.common.v1 import access_pb2

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
from services.kernel.interceptors.crowd import Crowd


@dataclass(frozen=True, slots=True)
class Parts:
    """What the interceptors need."""

    callers: auth.Callers
    verifier: Verifier
    keys: IdempotencyKeys
    crowd: Crowd = field(default_factory=Crowd)


def handler(method: Method, servicer: object, parts: Parts) -> "grpc.RpcMethodHandler[Any, Any]":
    """The gRPC handler of one method.

    Requests are parsed inside the chain: gRPC's own parsing would answer a corrupt one with the
    exception's text. Raises TypeError for a servicer whose method is missing or not async: a
    blocking handler would stall every call of the process.
    """
    behaviour = _behaviour(method, servicer)
    validate.warm(method.request_type)
    encode = method.reply_type.SerializeToString
    if method.is_stream:
        if not inspect.isasyncgenfunction(behaviour):
            raise TypeError(f"{method.path} must be an async generator")
        streaming = _streaming(method, behaviour, parts)
        return grpc.unary_stream_rpc_method_handler(streaming, response_serializer=encode)
    if not inspect.iscoroutinefunction(behaviour):
        raise TypeError(f"{method.path} must be a coroutine function")
    unary = _unary(method, behaviour, parts)
    return grpc.unary_unary_rpc_method_handler(unary, response_serializer=encode)


def _behaviour(method: Method, servicer: object) -> Any:
    servicers = servicer if isinstance(servicer, tuple) else (servicer,)
    found = [getattr(one, method.name) for one in servicers if hasattr(one, method.name)]
    if len(found) != 1:
        raise TypeError(f"{method.path} is served by {len(found)} servicers")
    return found[0]


def _unary(method: Method, behaviour: Any, parts: Parts) -> Any:
    check = auth.check_for(method, parts.callers, parts.verifier)

    async def innermost(request: Any, call: Call) -> Any:
        return await behaviour(request, call.context)

    proceed = idempotency.unary(method, parts.keys, innermost)

    async def checked(raw: bytes, call: Call) -> Any:
        with parts.crowd.call():
            await check(call)
            return await proceed(validate.parsed(method, raw), call)

    composed: Unary = errors.unary(telemetry.unary(method, deadline.unary(checked)))

    async def handle(raw: bytes, context: Context) -> Any:
        return await composed(raw, begin(context, method))

    return handle


def _streaming(method: Method, behaviour: Any, parts: Parts) -> Any:
    check = auth.check_for(method, parts.callers, parts.verifier)

    async def checked(raw: bytes, call: Call) -> AsyncIterator[Any]:
        await check(call)
        request = validate.parsed(method, raw)
        with parts.crowd.call(), parts.crowd.stream():
            async for reply in behaviour(request, call.context):
                # A stream outlives the session it was opened with; what it says must not. A
                # service's credential is for opening: it ends after a minute, its service does not.
                if method.access != access_pb2.ACCESS_INTERNAL:
                    await check(call)
                yield reply

    composed: Streaming = errors.streaming(telemetry.streaming(method, deadline.streaming(checked)))

    async def handle(raw: bytes, context: Context) -> AsyncIterator[Any]:
        async for reply in composed(raw, begin(context, method)):
            yield reply

    return handle
