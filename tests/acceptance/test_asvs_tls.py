"""The edge with TLS: which versions and suites, and that nothing goes on without."""

import socket
import ssl
import warnings
from collections.abc import Iterator

import httpx
import pytest

from services.profile.linkedin.transport import open_http_client
from stack.mesh import EdgePolicy
from tests.acceptance.edge.edge import Edge, running_edge
from tests.unit.mesh.certificate import write_certificate

HSTS = "max-age=31536000; includeSubDomains"
FORWARD_AND_AUTHENTICATED = ("ECDHE-", "TLS_AES_", "TLS_CHACHA20_")


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = write_certificate(folder)
    with running_edge(folder, EdgePolicy(), tls_certificate=certificate, tls_key=key) as running:
        yield running


def trusting(edge: Edge) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(edge.topology.tls_certificate))


def shaken(edge: Edge, context: ssl.SSLContext) -> tuple[str | None, str]:
    """Protocol and suite that client and edge agree on."""
    plain = socket.create_connection(("127.0.0.1", edge.topology.edge_port), timeout=5)
    with context.wrap_socket(plain, server_hostname="127.0.0.1") as secured:
        suite = secured.cipher()
        assert suite is not None
        return secured.version(), suite[0]


def test_the_newest_version_is_taken_where_both_know_it(edge: Edge) -> None:
    assert shaken(edge, trusting(edge))[0] == "TLSv1.3"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_are_refused(edge: Edge, version: ssl.TLSVersion) -> None:
    context = trusting(edge)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")  # else it is the client that refuses
    with pytest.raises(ssl.SSLError, match=r"(?i)protocol.version|unsupported.protocol"):
        shaken(edge, context)


def offered(edge: Edge) -> list[str]:
    """Every suite of TLS 1.2 that the edge agrees to, in its order of preference."""
    context = trusting(edge)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    names = [found["name"] for found in context.get_ciphers() if found["protocol"] != "TLSv1.3"]
    agreed: list[str] = []
    while names:
        context.set_ciphers(":".join([*names, "@SECLEVEL=0"]))
        try:
            agreed.append(shaken(edge, context)[1])
        except ssl.SSLError:
            break
        names.remove(agreed[-1])
    return agreed


def test_with_tls_1_2_every_suite_keeps_the_past_secret_and_the_strongest_is_first(
    edge: Edge,
) -> None:
    agreed = offered(edge)
    assert agreed[0] == "ECDHE-ECDSA-AES256-GCM-SHA384"
    assert {name for name in agreed if not name.startswith("ECDHE-")} == set()
    assert {name for name in agreed if "GCM" not in name and "POLY1305" not in name} == set()


def test_weak_suites_are_refused(edge: Edge) -> None:
    for weak in ("AES256-SHA", "ECDHE-ECDSA-AES128-SHA256", "AES128-GCM-SHA256", "eNULL"):
        context = trusting(edge)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(f"{weak}:@SECLEVEL=0")
        with pytest.raises(ssl.SSLError, match=r"(?i)handshake.failure"):
            shaken(edge, context)


def test_browsers_are_told_to_stay_with_tls_by_every_answer(edge: Edge) -> None:
    with httpx.Client(base_url=edge.url, verify=trusting(edge), timeout=5) as client:
        replies = [
            client.get("/healthz"),
            client.get("/v1/users/me"),
            client.get("/nope"),
            client.get("/v1/content/a%2Fb"),
            client.get("/v1/users/me", headers={"x_y": "1"}),
            client.post("/v1/auth/login", json={}),
        ]
    told = [reply.headers.get_list("strict-transport-security") for reply in replies]
    assert told == [[HSTS]] * len(replies)
    assert {reply.status_code for reply in replies} == {200, 400, 401, 404}


def test_plain_http_gets_no_answer_and_no_redirect(edge: Edge) -> None:
    with socket.create_connection(("127.0.0.1", edge.topology.edge_port), timeout=5) as plain:
        plain.sendall(b"GET /v1/users/me HTTP/1.1\r\nhost: x\r\n\r\n")
        assert b"HTTP/" not in plain.recv(4096)


def test_a_client_that_does_not_know_the_certificate_goes_no_further(edge: Edge) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken(edge, ssl.create_default_context())


async def test_our_own_clients_go_no_further_either(edge: Edge) -> None:
    async with open_http_client(timeout_ms=5_000) as linkedin:
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await linkedin.get(edge.url)
