"""Every method of every contract: nothing leaks, nothing hangs, nothing outlives its deadline."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import grpc
import pytest
import pytest_asyncio
from grpc import StatusCode
from inergize.common.v1 import access_pb2

from services.kernel.contract import Method, known_scopes
from services.kernel.deadline import remaining_seconds
from tests.support.contracts import all_methods, short
from tests.support.identity import expiring_service_token, service_token
from tests.support.probes import Probe, probe
from tests.support.replies import error_info
from tests.support.valid import valid_request
from tests.support.waiting import eventually

CANARY = "canary-5ecret-value"
SCOPES = known_scopes()
ROUNDING_SECONDS = 0.01
"""gRPC rounds a deadline up when it writes it."""


class Behaviour:
    """What the probe's methods do, settable by each test."""

    def __init__(self) -> None:
        self.raising: BaseException | None = None
        self.doing: Callable[[Method, Any], Awaitable[None]] | None = None
        self.remaining: float | None = None

    async def __call__(self, method: Method, request: Any) -> Any:
        self.remaining = remaining_seconds()
        if self.raising is not None:
            raise self.raising
        if self.doing is not None:
            await self.doing(method, request)
        return method.reply_type()


@pytest.fixture
def behaviour() -> Behaviour:
    return Behaviour()


@pytest_asyncio.fixture
async def served(behaviour: Behaviour) -> AsyncIterator[Probe]:
    async with probe(behaviour) as running:
        yield running


async def outcome(call: Any, *, is_stream: bool) -> grpc.aio.AioRpcError | None:
    """How a call ended: None for well."""
    try:
        if is_stream:
            async for _ in call:
                pass
        else:
            await call
    except grpc.aio.AioRpcError as error:
        return error
    return None


@pytest.mark.parametrize("raised", [KeyError, asyncio.CancelledError, RuntimeError])
@pytest.mark.parametrize("method", all_methods(), ids=short)
async def test_what_a_handler_raises_never_reaches_anyone(
    served: Probe,
    behaviour: Behaviour,
    method: Method,
    raised: type[BaseException],
    capfd: pytest.CaptureFixture[str],
) -> None:
    behaviour.raising = raised(CANARY)
    started = time.monotonic()
    call = served.call(
        method,
        valid_request(method.request_type),
        metadata=served.metadata(method, uuid4()),
        timeout=5,
    )
    error = await outcome(call, is_stream=method.is_stream)
    assert time.monotonic() - started < 1, "it hung"
    assert error is not None
    assert error.code() is StatusCode.INTERNAL
    assert error_info(error).reason == "ERROR_REASON_INTERNAL"
    everything = repr(error) + repr(error.trailing_metadata()) + "".join(capfd.readouterr())
    assert CANARY not in everything


@pytest.mark.parametrize("asked", [None, 3600.0, 0.1], ids=["none", "an-hour", "100-ms"])
@pytest.mark.parametrize("method", all_methods(), ids=short)
async def test_handler_never_has_longer_than_the_contract(
    served: Probe, behaviour: Behaviour, method: Method, asked: float | None
) -> None:
    call = served.call(
        method,
        valid_request(method.request_type),
        metadata=served.metadata(method, uuid4()),
        timeout=asked,
    )
    await outcome(call, is_stream=method.is_stream)
    if behaviour.remaining is None and asked == 0.1:
        return  # on a busy machine the deadline passed before the handler began
    assert behaviour.remaining is not None
    allowed = min(method.timeout_seconds, asked or method.timeout_seconds)
    assert behaviour.remaining <= allowed + ROUNDING_SECONDS


@pytest.mark.parametrize("method", all_methods(), ids=short)
async def test_method_lets_in_only_whom_its_contract_names(served: Probe, method: Method) -> None:
    request = valid_request(method.request_type)
    keys = served.sessions
    tokens = {
        "a user": served.sessions.sign_in(uuid4()),
        "another service": _stranger(served),
        "an API key with the scope": keys.make_api_key(uuid4(), method.scope),
        "an API key without the scope": keys.make_api_key(uuid4(), *SCOPES - {method.scope}),
    }
    calls = {who: [("authorization", f"Bearer {token}")] for who, token in tokens.items()}
    calls["nobody"] = []
    codes = {
        who: error.code() if error else StatusCode.OK
        for who, metadata in calls.items()
        for error in [
            await outcome(
                served.call(method, request, metadata=metadata), is_stream=method.is_stream
            )
        ]
    }
    expected = dict(zip(WHO, EXPECTED[int(method.access)], strict=True))
    without = expected["an API key without the scope"]
    expected["an API key with the scope"] = _YES if method.scope else without
    assert codes == expected


def _stranger(served: Probe) -> str:
    return service_token("stack", "probe", served.mesh)


_NO, _DENIED, _YES = StatusCode.UNAUTHENTICATED, StatusCode.PERMISSION_DENIED, StatusCode.OK
WHO = ("nobody", "a user", "another service", "an API key without the scope")
EXPECTED: dict[int, tuple[StatusCode, ...]] = {
    access_pb2.ACCESS_PUBLIC: (_YES, _YES, _YES, _YES),
    access_pb2.ACCESS_USER: (_NO, _YES, _NO, _DENIED),
    access_pb2.ACCESS_ADMIN: (_NO, _DENIED, _NO, _DENIED),
    access_pb2.ACCESS_INTERNAL: (_NO, _NO, _DENIED, _NO),
}


INTERNAL_STREAMS = [method for method in all_methods() if method.is_stream and method.callers]


@pytest.mark.parametrize("method", INTERNAL_STREAMS, ids=short)
async def test_stream_between_services_outlives_the_credential_that_opened_it(
    served: Probe, behaviour: Behaviour, method: Method
) -> None:
    """Else an archive of a minute would break, and every longer look at changes."""
    ends_at = int(time.time()) + 2

    async def has_ended() -> bool:
        return time.time() > ends_at

    async def wait(_method: Method, _request: Any) -> None:
        await eventually(has_ended)

    behaviour.doing = wait
    token = expiring_service_token(min(method.callers), served.mesh, ends_at)
    call = served.call(
        method,
        valid_request(method.request_type),
        metadata=[("authorization", f"Bearer {token}")],
    )
    assert len([reply async for reply in call]) == 2
    again = served.call(
        method,
        valid_request(method.request_type),
        metadata=[("authorization", f"Bearer {token}")],
    )
    refused = await outcome(again, is_stream=True)
    assert refused is not None
    assert refused.code() is StatusCode.UNAUTHENTICATED
