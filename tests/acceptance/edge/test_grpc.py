"""gRPC and gRPC-Web through the edge: the same rules as REST, each in its own manner."""

import base64
import json
import re
import time
from collections.abc import AsyncIterator
from typing import Any

import grpc
import httpx
import pytest
import pytest_asyncio
from google.rpc.status_pb2 import Status
from inergize.auth.v1.auth_service_pb2 import GetCurrentUserRequest, GetJwksRequest, LoginRequest
from inergize.auth.v1.auth_service_pb2_grpc import AuthServiceStub
from inergize.content.v1.content_service_pb2 import (
    GetContentRequest,
    ListContentRequest,
    WatchContentRequest,
)
from inergize.content.v1.content_service_pb2_grpc import ContentServiceStub
from inergize.profile.v1.profile_service_pb2 import GetLinkedInProfileRequest
from inergize.profile.v1.profile_service_pb2_grpc import ProfileServiceStub

from stack.mesh_contract import edge_operations, operations
from tests.acceptance.edge.edge import Edge, bearer, token
from tests.support.replies import error_info

NO_METHOD = grpc.StatusCode.UNIMPLEMENTED


@pytest_asyncio.fixture
async def channel(edge: Edge) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(edge.address) as opened:
        yield opened


def signed_in(**claims: Any) -> list[tuple[str, str]]:
    return [("authorization", f"Bearer {token(**claims)}")]


async def raw_call(channel: grpc.aio.Channel, path: str, body: bytes = b"") -> bytes:
    """Call any path without a token."""
    call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(path)
    return await call(body, timeout=5)


async def refusal(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value


async def test_a_call_with_a_token_arrives(channel: grpc.aio.Channel) -> None:
    call = AuthServiceStub(channel).GetCurrentUser(GetCurrentUserRequest(), metadata=signed_in())
    metadata = json.loads((await call).user.first_name)
    assert metadata["x-inergize-client-address"] == "127.0.0.1"
    assert dict(await call.initial_metadata())["x-request-id"] == metadata["x-request-id"]


async def test_a_stream_arrives_to_its_end(channel: grpc.aio.Channel) -> None:
    call = ContentServiceStub(channel).WatchContent(WatchContentRequest(), metadata=signed_in())
    assert [message.is_last async for message in call] == [False, True]


async def test_a_public_method_needs_no_token(channel: grpc.aio.Channel) -> None:
    assert (await AuthServiceStub(channel).GetJwks(GetJwksRequest())).keys
    await AuthServiceStub(channel).Login(LoginRequest(), metadata=signed_in(exp=1))


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ([], "an access token is needed: authorization: Bearer ..."),
        (signed_in(exp=1), "the access token has expired: refresh the session"),
        (signed_in(aud="svc:auth"), "the access token is not valid"),
    ],
)
async def test_a_bad_token_is_refused_with_details(
    channel: grpc.aio.Channel, metadata: list[tuple[str, str]], message: str
) -> None:
    error = await refusal(
        AuthServiceStub(channel).GetCurrentUser(GetCurrentUserRequest(), metadata=metadata)
    )
    assert (error.code(), error.details()) == (grpc.StatusCode.UNAUTHENTICATED, message)
    assert error_info(error).reason == "ERROR_REASON_UNAUTHENTICATED"


async def test_every_method_outside_refuses_a_call_without_a_token_or_is_public(
    channel: grpc.aio.Channel,
) -> None:
    for operation in edge_operations():
        if not operation.is_public:
            error = await refusal(raw_call(channel, operation.method.path))
            assert error.code() is grpc.StatusCode.UNAUTHENTICATED, operation.method.path


async def test_no_internal_method_exists_outside(channel: grpc.aio.Channel) -> None:
    internal = [found.method.path for found in operations() if found.is_internal]
    assert any(path.startswith("/inergize.common.v1.") for path in internal)
    for path in [*internal, "/grpc.health.v1.Health/Check", "/no.Such/Method"]:
        error = await refusal(raw_call(channel, path))
        assert error.code() is NO_METHOD, path
        assert error_info(error).reason == "ERROR_REASON_NOT_FOUND"


async def test_an_error_of_the_service_keeps_its_details(channel: grpc.aio.Channel) -> None:
    call = ContentServiceStub(channel).GetContent(GetContentRequest(), metadata=signed_in())
    error = await refusal(call)
    assert error.code() is grpc.StatusCode.NOT_FOUND
    assert error_info(error).reason == "ERROR_REASON_CONTENT_NOT_FOUND"


CONTRACT_SECONDS = 2
SLACK_SECONDS = 3


async def test_a_call_ends_at_its_timeout_whatever_the_client_allows(
    channel: grpc.aio.Channel,
) -> None:
    for allowed_seconds in (None, 3600):
        call = ProfileServiceStub(channel).GetLinkedInProfile(
            GetLinkedInProfileRequest(), metadata=signed_in(), timeout=allowed_seconds
        )
        began = time.monotonic()
        error = await refusal(call)
        # Envoy and the server it hands the deadline to race to say so; both are in time.
        assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert time.monotonic() - began < CONTRACT_SECONDS + SLACK_SECONDS


async def test_a_message_over_4_mib_is_refused(channel: grpc.aio.Channel) -> None:
    body = LoginRequest(device_name="x" * (4 << 20)).SerializeToString()
    error = await refusal(raw_call(channel, "/inergize.auth.v1.AuthService/Login", body))
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_a_reply_of_almost_4_mib_is_delivered(channel: grpc.aio.Channel) -> None:
    request = ListContentRequest(page_token="3900")
    reply = await ContentServiceStub(channel).ListContent(request, metadata=signed_in())
    assert len(reply.contents[0].title) == 3900 * 1024


# gRPC-Web, as a browser sends it.


def web_frame(message: bytes) -> bytes:
    return b"\0" + len(message).to_bytes(4) + message


def decode_parts(text: bytes) -> bytes:
    """Decode base64 in which parts with padding of their own follow each other."""
    return b"".join(base64.b64decode(part) for part in re.findall(rb"[^=]+=*", text))


def web_call(edge: Edge, path: str, *, kind: str = "", **headers: str) -> httpx.Response:
    body = web_frame(b"")
    if kind == "-text":
        body = base64.b64encode(body)
    content_type = f"application/grpc-web{kind}+proto"
    own = {"content-type": content_type, "accept": content_type, "x-grpc-web": "1"}
    return httpx.post(f"{edge.url}{path}", content=body, headers=own | headers)


@pytest.mark.parametrize("kind", ["", "-text"])
def test_grpc_web_gets_message_and_trailers(edge: Edge, kind: str) -> None:
    reply = web_call(edge, "/inergize.auth.v1.AuthService/GetJwks", kind=kind)
    assert reply.status_code == 200
    assert reply.headers["content-type"] == f"application/grpc-web{kind}+proto"
    content = decode_parts(reply.content) if kind else reply.content
    assert b"Ed25519" in content
    assert b"grpc-status:0" in content


def test_grpc_web_is_refused_with_status_and_details(edge: Edge) -> None:
    reply = web_call(edge, "/inergize.auth.v1.AuthService/GetCurrentUser")
    assert reply.headers["content-type"].startswith("application/grpc-web")
    assert reply.headers["grpc-status"] == "16"
    packed = reply.headers["grpc-status-details-bin"]
    status = Status.FromString(base64.b64decode(packed + "=="))
    assert status.message == reply.headers["grpc-message"]


def test_grpc_web_cannot_reach_internal_methods(edge: Edge) -> None:
    for operation in operations():
        if operation.is_internal:
            reply = web_call(edge, operation.method.path, **bearer())
            assert reply.headers["grpc-status"] == "12", operation.method.path
