"""Ten thousand malformed requests: always 4xx in the one JSON shape, never 5xx, text or a hang."""

import json
import os
import random
import socket
import string
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support import protocols
from tests.support.contracts import public_methods
from tests.support.stack import Stack, User
from tests.support.valid import valid_request

COUNT = 10_000
CLIENTS = 4
WORDS = [
    "",
    "0",
    "-1",
    "null",
    "x" * 300,
    "é日本",
    "\u0000",
    "%00",
    "../..",
    "' OR 1=1 --",
    "{}",
    "[]",
]


@dataclass
class Sent:
    """One malformed request."""

    method: str
    path: str
    headers: dict[str, str]
    content: bytes


def _garbage(dice: random.Random) -> bytes:
    kinds: list[Callable[[], bytes]] = [
        lambda: b"{",
        lambda: b'{"a": }',
        lambda: b"[1, 2",
        lambda: b"\xff\xfe\x00",
        lambda: bytes(dice.randrange(256) for _ in range(dice.randrange(1, 200))),
        lambda: b'{"content": ' * 50,
        lambda: b'"just a string"',
        lambda: b'{"content": {"type": 1e999}}',
        lambda: json.dumps({"content": {"type": "CONTENT_TYPE_NOPE"}}).encode(),
        lambda: json.dumps({"content": {"tags": {"not": "a list"}}}).encode(),
        lambda: json.dumps({"email": 7, "password": [], "token": {}}).encode(),
        lambda: b"{" + b'"a":' * 500 + b"1" + b"}" * 500,
    ]
    return dice.choice(kinds)()


def _mangled_path(dice: random.Random, path: str) -> str:
    kinds: list[Callable[[], str]] = [
        lambda: path + "/" + dice.choice(["x", "..", "%2e%2e", "a%2Fb"]),
        lambda: path + "?" + "unknownParameter=1",
        lambda: path + ":nosuchverb",
        lambda: "/v1/" + "".join(dice.choices(string.ascii_lowercase, k=8)),
        path.upper,
        lambda: path + "?pageSize=" + dice.choice(["a", "1.5", "999999999999999999999", "-1"]),
        lambda: path.replace("/v1/", "/v2/"),
        lambda: "/" + "a/" * 200,
    ]
    return dice.choice(kinds)()


def malformed(seed: int, count: int, token: str) -> Iterator[Sent]:
    """Requests that are wrong in one way or several; the same seed gives the same ones."""
    dice = random.Random(seed)
    methods = [method for method in public_methods() if not method.is_stream]
    for _ in range(count):
        method = dice.choice(methods)
        verb, path, body = protocols.rest_call(method, valid_request(method.request_type))
        headers = {"content-type": "application/json"}
        if dice.random() < 0.7:
            headers["authorization"] = f"Bearer {token}"
        sent = Sent(verb, path, headers, json.dumps(body).encode() if body is not None else b"")
        yield _spoil(dice, sent)


def _spoil(dice: random.Random, sent: Sent) -> Sent:
    match dice.randrange(5):
        case 0 if sent.method == "POST":
            sent.content = _garbage(dice)
        case 1:
            sent.method = dice.choice(["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
        case 2:
            sent.headers["authorization"] = "Bearer " + dice.choice(
                ["?", "a.b.c", "x" * 500, "igz_x"]
            )
            sent.path = "/v1/content"
            sent.method = "GET"
        case 3 if sent.method == "POST":
            sent.content = json.dumps({"content": {"body": "x" * 70_000}}).encode()
        case _:
            sent.path = _mangled_path(dice, sent.path)
    return sent


def problem(reply: httpx.Response) -> str | None:
    """What is wrong with an answer to a malformed request; None when it is as it must be."""
    if not 400 <= reply.status_code < 500:
        return f"status {reply.status_code}"
    if reply.request.method == "HEAD":
        return None
    if reply.headers.get("content-type") != "application/json":
        return f"content type {reply.headers.get('content-type')}"
    return _shape_problem(reply.json())


def _shape_problem(body: Any) -> str | None:
    is_status = isinstance(body, dict) and isinstance(body.get("code"), int) and body.get("message")
    if not is_status:
        return "not a google.rpc.Status"
    info = [detail for detail in body.get("details", []) if "reason" in detail]
    if not info or not str(info[0]["reason"]).startswith("ERROR_REASON_"):
        return "no ErrorInfo"
    return None if info[0].get("domain") == "inergize" else "foreign domain"


@pytest.mark.parametrize("seed", range(CLIENTS))
def test_malformed_requests_always_get_the_one_error_shape(
    stack: Stack, user: User, seed: int
) -> None:
    wrong: Counter[str] = Counter()
    examples: dict[str, Sent] = {}
    with httpx.Client(base_url=stack.url, timeout=10) as client:
        for sent in malformed(seed, COUNT // CLIENTS, user.token):
            reply = client.request(
                sent.method, sent.path, headers=sent.headers, content=sent.content
            )
            found = problem(reply)
            # What a mangling happens to leave valid (a repeated query, a spare field) may succeed.
            if found and not reply.is_success:
                wrong[found] += 1
                examples.setdefault(found, sent)
                assert wrong.total() < 20, (wrong, examples)
    assert not wrong, (wrong, examples)


BYTES = {
    "no request line": b"\r\n\r\n",
    "not HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(64) + b"\r\n\r\n",
    "no version": b"GET /v1/content\r\n\r\n",
    "NUL in path": b"GET /v1/\x00 HTTP/1.1\r\nhost: x\r\n\r\n",
    "no host": b"GET /v1/content HTTP/1.1\r\n\r\n",
    "two lengths": b"POST /v1/auth/login HTTP/1.1\r\nhost: x\r\n"
    b"content-length: 1\r\ncontent-length: 2\r\n\r\n{}",
    "length and chunks": b"POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n"
    b"transfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "bad chunk": b"POST /v1/auth/login HTTP/1.1\r\nhost: x\r\n"
    b"transfer-encoding: chunked\r\n\r\nZZ\r\n",
    "huge header": b"GET /v1/content HTTP/1.1\r\nhost: x\r\nx-a: " + b"a" * 200_000 + b"\r\n\r\n",
    "many headers": b"GET /v1/content HTTP/1.1\r\nhost: x\r\n" + b"x-a: b\r\n" * 500 + b"\r\n",
    "underscore": b"GET /v1/content HTTP/1.1\r\nhost: x\r\nx_evil: 1\r\n\r\n",
}


@pytest.mark.parametrize("name", BYTES)
def test_bytes_that_are_no_http_are_refused_and_the_connection_ends(
    stack: Stack, name: str
) -> None:
    host, _, port = stack.target.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        try:
            connection.sendall(BYTES[name])
            answer = _read_all(connection)
        except (ConnectionResetError, BrokenPipeError):
            return  # refused before a word was read
    assert not answer or answer.startswith(b"HTTP/1.1 4"), answer[:200]


def _read_all(connection: socket.socket) -> bytes:
    connection.shutdown(socket.SHUT_WR)
    received = bytearray()
    while chunk := connection.recv(65536):
        received += chunk
    return bytes(received)
