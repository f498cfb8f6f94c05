"""The mesh listener: gRPC between our own processes, by the authority's name."""

from collections.abc import AsyncIterator, Callable

import grpc
import httpx
import pytest
import pytest_asyncio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from inergize.auth.v1 import auth_service_pb2, auth_service_pb2_grpc
from inergize.common.v1 import work_internal_service_pb2 as work
from inergize.common.v1.work_internal_service_pb2_grpc import WorkInternalServiceStub

from stack.names import SERVICES
from tests.acceptance.edge.edge import Edge

Open = Callable[[str], grpc.aio.Channel]


@pytest_asyncio.fixture
async def channel_to(edge: Edge) -> AsyncIterator[Open]:
    opened: list[grpc.aio.Channel] = []

    def open_channel(authority: str) -> grpc.aio.Channel:
        address = f"127.0.0.1:{edge.topology.mesh_port}"
        options = [("grpc.default_authority", authority)]
        opened.append(grpc.aio.insecure_channel(address, options=options))
        return opened[-1]

    yield open_channel
    for channel in opened:
        await channel.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_shared_work_and_health_are_reached_at_every_service(
    channel_to: Open, service: str
) -> None:
    channel = channel_to(f"{service}.mesh")
    await WorkInternalServiceStub(channel).ClaimOutbox(work.ClaimOutboxRequest())
    reply = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
    assert reply.status == health_pb2.HealthCheckResponse.SERVING


async def test_the_callers_own_request_id_is_kept(channel_to: Open) -> None:
    stub = auth_service_pb2_grpc.AuthServiceStub(channel_to("auth.mesh"))
    request = auth_service_pb2.GetCurrentUserRequest()
    metadata = [("x-request-id", "0b6c"), ("authorization", "Bearer x")]
    reply = await stub.GetCurrentUser(request, metadata=metadata)
    assert '"x-request-id": "0b6c"' in reply.user.first_name
    assert '"authorization": "Bearer x"' in reply.user.first_name


@pytest.mark.parametrize("authority", ["nobody.mesh", "auth", "auth.mesh.example"])
async def test_an_unknown_authority_is_refused(channel_to: Open, authority: str) -> None:
    stub = WorkInternalServiceStub(channel_to(authority))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.ClaimOutbox(work.ClaimOutboxRequest())
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_another_services_method_is_refused(channel_to: Open) -> None:
    stub = auth_service_pb2_grpc.AuthServiceStub(channel_to("content.mesh"))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.GetJwks(auth_service_pb2.GetJwksRequest())
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_the_key_listener_serves_keys_and_nothing_else(edge: Edge) -> None:
    url = f"http://127.0.0.1:{edge.topology.jwks_port}"
    assert httpx.get(f"{url}/.well-known/jwks.json").json()["keys"]
    for path in ("/", "/v1/users/me", "/v1/auth/login"):
        assert httpx.get(url + path).status_code == 404


def test_the_admin_port_does_no_more_than_the_supervisor_needs(edge: Edge) -> None:
    admin = f"http://127.0.0.1:{edge.topology.admin_port}"
    assert httpx.get(f"{admin}/ready").status_code == 200
    assert httpx.get(f"{admin}/clusters", params={"format": "json"}).status_code == 200
    assert httpx.get(f"{admin}/config_dump").status_code == 403
    for path in ("/quitquitquit", "/healthcheck/fail", "/runtime_modify", "/logging"):
        assert httpx.post(admin + path).status_code == 403
