"""The outermost interceptor: whatever is raised becomes one clear status, and nothing leaks."""

import asyncio
from collections.abc import AsyncIterator
from math import ceil
from typing import Any, NoReturn

import asyncpg
import structlog
from grpc import StatusCode
from grpc.aio import AbortError, AioRpcError
from grpc_status import rpc_status
from inergize.common.v1.error_reason_pb2 import ErrorReason
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from services.kernel import db
from services.kernel.caller import actor_name
from services.kernel.crypto import CryptoError
from services.kernel.errors import DomainError, Internal, InvalidRequest, Unavailable
from services.kernel.interceptors.call import Call, Streaming, Unary
from services.kernel.telemetry import frames

log = structlog.get_logger()

LONGEST_ADDRESS = 45
"""Characters of an IPv6 address. Past the edge anybody inside may send anything."""
_UNAVAILABLE = (*db.UNAVAILABLE, RedisConnectionError, RedisTimeoutError, TimeoutError, OSError)
_UNSTORABLE_TEXT = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)


def unary(proceed: Unary) -> Unary:
    """Map what a unary call raises."""

    async def handle(request: Any, call: Call) -> Any:
        try:
            return await proceed(request, call)
        except (AbortError, GeneratorExit, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - the last resort: see refuse
            await refuse(error, call)

    return handle


def streaming(proceed: Streaming) -> Streaming:
    """Map what a stream raises."""

    async def handle(request: Any, call: Call) -> AsyncIterator[Any]:
        try:
            async for reply in proceed(request, call):
                yield reply
        except (AbortError, GeneratorExit, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - the last resort: see refuse
            await refuse(error, call)

    return handle


async def refuse(error: BaseException, call: Call) -> NoReturn:
    """End the call with the status that stands for `error`."""
    if isinstance(error, asyncio.CancelledError) and _is_own_cancellation():
        raise error
    known = known_error(error, call)
    status = rpc_status.to_status(known.status())
    await call.context.abort(
        status.code, status.details, (*status.trailing_metadata, *_headers(known))
    )
    raise AssertionError("abort returns never")  # pragma: no cover


def _headers(known: DomainError) -> tuple[tuple[str, str], ...]:
    """What REST clients wait by without reading details: whole seconds, rounded up."""
    if known.retry_after is None:
        return ()
    return (("retry-after", str(ceil(known.retry_after.total_seconds()))),)


def known_error(error: BaseException, call: Call) -> DomainError:
    """The failure a client is told about. Logs what it is not told, and who was refused."""
    if isinstance(error, DomainError):
        _log_refusal(error, call)
        return error
    if isinstance(error, _UNSTORABLE_TEXT):
        return InvalidRequest({"request": "text must not contain the character NUL"})
    if isinstance(error, _UNAVAILABLE) or _is_mesh_unavailable(error):
        _log("dependency_unavailable", error, call)
        return Unavailable()
    if isinstance(error, CryptoError):
        # A stored value was altered, moved to another row, or is under a key that we do not have.
        _log("sealed_value_refused", error, call)
    _log("call_failed", error, call)
    return Internal(request_id=call.request_id)


def _is_own_cancellation() -> bool:
    """Whether the client or the server ended this call.

    A CancelledError that merely escaped from a cancelled subtask would leave the client hanging.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _is_mesh_unavailable(error: BaseException) -> bool:
    gone = (StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED)
    return isinstance(error, AioRpcError) and error.code() in gone


def _log_refusal(error: DomainError, call: Call) -> None:
    """For whoever looks into an attack: who tried what, from where. Never what was sent."""
    log.info(
        "call_refused",
        method=call.method.path,
        reason=ErrorReason.Name(error.reason).removeprefix("ERROR_REASON_"),
        actor=actor_name(),
        client=call.header("x-inergize-client-address")[:LONGEST_ADDRESS],
    )


def _log(event: str, error: BaseException, call: Call) -> None:
    log.error(event, method=call.method.path, error=type(error).__name__, frames=frames(error))
