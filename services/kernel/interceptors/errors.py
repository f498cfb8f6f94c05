"""The outermost interceptor: whatever is raised becomes one clear status, and nothing leaks."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, NoReturn

import asyncpg
import structlog
from grpc import StatusCode
from grpc.aio import AbortError, AioRpcError
from grpc_status import rpc_status
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from services.kernel import db
from services.kernel.errors import DomainError, Internal, InvalidRequest, Unavailable
from services.kernel.interceptors.call import Call, Streaming, Unary
from services.kernel.telemetry import frames

log = structlog.get_logger()

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
    await call.context.abort_with_status(status)
    raise AssertionError("abort returns never")  # pragma: no cover


def known_error(error: BaseException, call: Call) -> DomainError:
    """The failure a client is told about. Logs what it is not told."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, _UNSTORABLE_TEXT):
        return InvalidRequest({"request": "text must not contain the character NUL"})
    if isinstance(error, _UNAVAILABLE) or _is_mesh_unavailable(error):
        _log("dependency_unavailable", error, call)
        return Unavailable()
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


def _log(event: str, error: BaseException, call: Call) -> None:
    log.error(event, method=call.method.path, error=type(error).__name__, frames=frames(error))
