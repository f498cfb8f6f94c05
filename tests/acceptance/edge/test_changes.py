"""Services that come, go and hand over behind a running edge; limits and TLS."""

import asyncio
import socket
import ssl
import subprocess
import time
from collections import Counter
from pathlib import Path

import grpc
import httpx

from stack.mesh import EdgePolicy
from tests.acceptance.edge.edge import Edge, bearer, running_edge
from tests.support.waiting import eventually
from tests.unit.mesh.certificate import write_certificate

PLAIN = EdgePolicy()
Process = subprocess.Popen[bytes]


def test_the_edge_answers_before_its_services_and_notices_them_come_and_go(
    tmp_path: Path,
) -> None:
    with running_edge(tmp_path, PLAIN, slots="") as edge:
        body = httpx.get(f"{edge.url}/healthz").json()
        assert body["details"][0]["reason"] == "ERROR_REASON_UNAVAILABLE"
        reply = httpx.get(f"{edge.url}/v1/users/me", headers=bearer())
        assert reply.status_code == 503, "no keys to check a token with is not the caller's fault"
        assert reply.json()["code"] == 14
        login = httpx.post(f"{edge.url}/v1/auth/login", json={})
        assert (login.status_code, login.headers["retry-after"]) == (503, "1")

        backend = edge.start_backend("a")
        assert edge.wait_until(200) < 2
        assert _soon_signed_in(edge)
        backend.kill()
        assert edge.wait_until(503) < 1.2


def _soon_signed_in(edge: Edge) -> bool:
    """Whether tokens are accepted as soon as the keys can be read again."""
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        if httpx.get(f"{edge.url}/v1/users/me", headers=bearer()).status_code == 200:
            return True
    return False


async def test_handing_over_to_the_other_slot_fails_no_request(tmp_path: Path) -> None:
    with running_edge(tmp_path, PLAIN) as edge:
        outcomes: Counter[int | str] = Counter()
        stop = asyncio.Event()
        callers = [asyncio.create_task(_call(edge, outcomes, stop)) for _ in range(4)]
        running = edge.processes[0]
        for slot in "ba":
            running = await _hand_over(edge, running, slot)
        stop.set()
        await asyncio.gather(*callers)
    assert outcomes.keys() == {200}, outcomes
    assert outcomes[200] > 100


async def _hand_over(edge: Edge, old: Process, slot: str) -> Process:
    """Start the other slot, wait until Envoy uses it, end the first as a restart does."""
    new = await asyncio.to_thread(edge.start_backend, slot)

    await eventually(lambda: _healthy(edge, 2))
    old.terminate()
    await asyncio.to_thread(old.wait, 15)
    return new


async def _healthy(edge: Edge, count: int) -> bool:
    return await asyncio.to_thread(edge.healthy_endpoints, "auth") == count


async def _call(edge: Edge, outcomes: Counter[int | str], stop: asyncio.Event) -> None:
    """Write again and again: a write is not repeated once it may have begun."""
    async with httpx.AsyncClient(base_url=edge.url) as client:
        while not stop.is_set():
            try:
                reply = await client.post("/v1/auth/login", json={})
                outcomes[reply.status_code] += 1
            except httpx.TransportError as error:
                outcomes[repr(error)] += 1


async def test_a_draining_service_gets_no_more_calls(tmp_path: Path) -> None:
    with running_edge(tmp_path, PLAIN, slots="ab") as edge:
        await eventually(lambda: _healthy(edge, 2))
        edge.processes[0].terminate()
        await eventually(lambda: _healthy(edge, 1), seconds=1)
        assert edge.processes[0].poll() is None, "still draining, and would still answer"
        async with httpx.AsyncClient(base_url=edge.url) as client:
            replies = [await client.get("/.well-known/jwks.json") for _ in range(20)]
        ids = {reply.headers["x-request-id"] for reply in replies}
        used = await eventually(lambda: asyncio.to_thread(edge.endpoints_used, ids))
        assert used == {edge.topology.endpoint("auth", "b").grpc_port: 20}


def test_keys_once_read_outlive_the_service_that_gave_them(tmp_path: Path) -> None:
    with running_edge(tmp_path, PLAIN) as edge:
        assert _soon_signed_in(edge)
        edge.processes[0].kill()
        edge.wait_until(503)
        reply = httpx.get(f"{edge.url}/v1/users/me", headers=bearer())
        assert reply.status_code == 503, "not 401: the token is good, the service is away"


def test_an_address_that_asks_too_much_is_told_to_wait(tmp_path: Path) -> None:
    policy = EdgePolicy(requests_per_second=1, burst_requests=20)
    with running_edge(tmp_path, policy) as edge:
        replies = [httpx.get(f"{edge.url}/.well-known/jwks.json") for _ in range(40)]
        refused = [reply for reply in replies if reply.status_code == 429]
        assert 10 < len(refused) <= 20
        assert refused[0].headers["retry-after"] == "1"
        body = refused[0].json()
        assert body["details"][0]["reason"] == "ERROR_REASON_TOO_MANY_REQUESTS"
        assert httpx.get(f"{edge.url}/healthz").status_code == 200, "health is never limited"
        with grpc.insecure_channel(edge.address) as channel:
            codes = {_code_of_a_call(channel) for _ in range(5)}
        assert grpc.StatusCode.RESOURCE_EXHAUSTED in codes


def _code_of_a_call(channel: grpc.Channel) -> grpc.StatusCode:
    call: grpc.UnaryUnaryMultiCallable[bytes, bytes]
    call = channel.unary_unary("/inergize.auth.v1.AuthService/GetJwks")
    try:
        return call.with_call(b"", timeout=5)[1].code()
    except grpc.RpcError as error:
        code: grpc.StatusCode = error.code()
        return code


def test_each_address_has_a_limit_of_its_own(tmp_path: Path) -> None:
    policy = EdgePolicy(requests_per_second=1, burst_requests=5, trusted_hops=1)
    with running_edge(tmp_path, policy) as edge:
        for address in ("9.9.9.1", "9.9.9.2", "9.9.9.3"):
            headers = {"x-forwarded-for": address}
            statuses = [httpx.get(f"{edge.url}/nope", headers=headers).status_code for _ in "12345"]
            assert statuses == [404] * 5, address


def test_a_trusted_proxy_names_the_client(tmp_path: Path) -> None:
    with running_edge(tmp_path, EdgePolicy(trusted_hops=1)) as edge:
        assert _soon_signed_in(edge)
        headers = bearer() | {"x-forwarded-for": "6.6.6.6, 9.9.9.9"}
        reply = httpx.get(f"{edge.url}/v1/users/me", headers=headers)
        assert '"x-inergize-client-address": "9.9.9.9"' in reply.json()["user"]["firstName"]


def test_the_edge_speaks_tls(tmp_path: Path) -> None:
    certificate, key = write_certificate(tmp_path)
    with running_edge(tmp_path, PLAIN, tls_certificate=certificate, tls_key=key) as edge:
        context = ssl.create_default_context(cafile=str(certificate))
        reply = httpx.get(f"{edge.url}/v1/users/me", verify=context)
        assert reply.status_code == 401
        assert reply.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        assert _negotiated(edge, context, "h2") == "h2"
        assert _negotiated(edge, context, "http/1.1") == "http/1.1"
        credentials = grpc.ssl_channel_credentials(certificate.read_bytes())
        with grpc.secure_channel(edge.address, credentials) as channel:
            assert _code_of_a_call(channel) is grpc.StatusCode.OK


def _negotiated(edge: Edge, context: ssl.SSLContext, protocol: str) -> str | None:
    context.set_alpn_protocols([protocol])
    plain = socket.create_connection(("127.0.0.1", edge.topology.edge_port), timeout=5)
    with context.wrap_socket(plain, server_hostname="127.0.0.1") as secured:
        return secured.selected_alpn_protocol()
