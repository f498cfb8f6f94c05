"""What no HTTP library would send: always 4xx in the one shape, or a closed connection."""

import json
import socket
from typing import Any

import pytest

from tests.acceptance.edge.edge import Edge, bearer

HOST = b"host: x\r\n"
AUTHORIZATION = b"authorization: " + bearer()["authorization"].encode() + b"\r\n"
POST = b"POST /v1/auth/login HTTP/1.1\r\n" + HOST


def get(path: bytes, *headers: bytes) -> bytes:
    return b"GET " + path + b" HTTP/1.1\r\n" + HOST + AUTHORIZATION + b"".join(headers) + b"\r\n"


def send(edge: Edge, request: bytes) -> tuple[int, dict[bytes, bytes], bytes]:
    """Status, headers and body of the answer to some bytes."""
    with socket.create_connection(("127.0.0.1", edge.topology.edge_port), timeout=8) as client:
        client.sendall(request)
        with client.makefile("rb") as reply:
            status = int(reply.readline().split()[1])
            headers = dict(_headers(reply))
            return status, headers, reply.read(int(headers.get(b"content-length", b"0")))


def _headers(reply: Any) -> Any:
    for line in iter(reply.readline, b"\r\n"):
        name, _, value = line.partition(b":")
        yield name.strip(), value.strip()


REFUSED = {
    "garbage": b"\x00\x01\x02garbage\r\n\r\n",
    "TLS": bytes.fromhex("160301020001000001fc0303") + b"x" * 200,
    "HTTP/1.0": b"GET /healthz HTTP/1.0\r\n\r\n",
    "HTTP/9.9": b"GET / HTTP/9.9\r\nhost: x\r\n\r\n",
    "no host": b"GET /v1/users/me HTTP/1.1\r\n\r\n",
    "bad host": b"GET /v1/users/me HTTP/1.1\r\nhost: a b\r\n\r\n",
    "unknown method": b"FOO /v1/users/me HTTP/1.1\r\nhost: x\r\n\r\n",
    "CONNECT": b"CONNECT x:80 HTTP/1.1\r\nhost: x:80\r\n\r\n",
    "OPTIONS *": b"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n",
    "NUL in path": get(b"/v1/con\x00tent"),
    "raw bytes in path": get(b"/v1/content/\xff\xfe"),
    "fragment": get(b"/v1/users/me#x"),
    "long path": get(b"/v1/content/" + b"a" * 20_000),
    "NUL in header": get(b"/v1/users/me", b"x-a: a\x00b\r\n"),
    "control in header": get(b"/v1/users/me", b"x-a: \x01\r\n"),
    "raw bytes as token": b"GET /v1/users/me HTTP/1.1\r\n"
    + HOST
    + b"authorization: Bearer \xe9\r\n\r\n",
    "bad chunk": POST + b"transfer-encoding: chunked\r\n\r\nzz\r\n\r\n",
    "huge chunk": POST + b"transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n\r\n",
    "chunked and length": POST
    + b"transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\n",
    "unknown encoding": POST + b"transfer-encoding: gzip\r\n\r\n",
    "negative length": POST + b"content-length: -3\r\n\r\n",
    "two lengths": POST + b"content-length: 3\r\ncontent-length: 4\r\n\r\n{}  ",
    "endless length": POST + b"content-length: 99999999999999999999\r\n\r\n",
    "huge length": POST + b"content-length: 100000\r\n\r\n" + b" " * 70_000,
}
TAKEN = {
    "raw bytes in header": get(b"/v1/users/me", b"x-a: \xff\xfe\r\n"),
    "raw bytes in user agent": get(b"/v1/users/me", b"user-agent: \xe9\xff\r\n"),
    "raw bytes in cookie": get(b"/v1/users/me", b"cookie: a=\xe9\xff\r\n"),
    "bad binary metadata": get(b"/v1/users/me", b"x-a-bin: !!!\r\n"),
    "odd te": get(b"/v1/users/me", b"te: gzip\r\n"),
    "double slashes": get(b"//v1//users//me"),
    "dots": get(b"/v1/x/../users/./me"),
    "escaped dots": get(b"/v1/x/%2e%2e/users/me"),
    "absolute address": get(b"http://elsewhere/v1/users/me"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_malformed_request_is_the_clients_fault(edge: Edge, name: str) -> None:
    status, headers, body = send(edge, REFUSED[name])
    assert 400 <= status < 500
    assert headers[b"content-type"] == b"application/json"
    (info,) = json.loads(body)["details"]
    assert info["reason"].startswith("ERROR_REASON_")


@pytest.mark.parametrize("name", TAKEN)
def test_an_odd_request_is_taken(edge: Edge, name: str) -> None:
    status, _, body = send(edge, TAKEN[name])
    assert status == 200, body


def test_a_body_that_does_not_come_is_not_our_failure(edge: Edge) -> None:
    status, _, body = send(edge, POST + b"content-length: 100\r\n\r\n{}")
    assert status == 408
    assert json.loads(body)["message"] == "the request did not arrive in time"


def test_grpc_without_te_is_served(edge: Edge) -> None:
    request = (
        b"POST /inergize.auth.v1.AuthService/GetJwks HTTP/1.1\r\n"
        + HOST
        + b"content-type: application/grpc\r\ncontent-length: 5\r\n\r\n\0\0\0\0\0"
    )
    status, headers, _ = send(edge, request)
    assert status == 200
    assert b"grpc-status" not in headers, "an error would be in the headers"
