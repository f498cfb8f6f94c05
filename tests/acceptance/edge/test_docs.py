"""The edge hands out the API's description, as it is in the repository."""

import json
import re
import socket
from base64 import b64encode
from hashlib import sha256

import httpx
import psutil
import pytest

from stack.openapi.files import DOCUMENT, PAGE
from tests.acceptance.edge.edge import Edge, bearer
from tests.support.waiting import eventually

FILES = {"/openapi.json": DOCUMENT, "/docs": PAGE}
TYPES = {"/openapi.json": "application/json", "/docs": "text/html; charset=utf-8"}
PATHS = sorted(FILES)


@pytest.mark.parametrize("path", PATHS)
def test_docs_are_what_the_repository_holds(rest: httpx.Client, path: str) -> None:
    reply = rest.get(path)
    assert reply.status_code == 200, reply.text
    assert reply.content == FILES[path].read_bytes()
    assert reply.headers["content-type"] == TYPES[path]
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["x-request-id"]


@pytest.mark.parametrize("path", PATHS)
def test_docs_come_compressed_to_those_who_take_it(rest: httpx.Client, path: str) -> None:
    with rest.stream("GET", path, headers={"accept-encoding": "gzip"}) as reply:
        sent = b"".join(reply.iter_raw())
    assert reply.headers["content-encoding"] == "gzip"
    assert len(sent) < FILES[path].stat().st_size / 5
    plain = rest.get(path, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize("path", PATHS)
def test_docs_are_not_sent_again_to_those_who_have_them(rest: httpx.Client, path: str) -> None:
    etag = rest.get(path).headers["etag"]
    assert rest.get(path, headers={"if-none-match": etag}).status_code == 304
    assert rest.get(path, headers={"if-none-match": f'"x", {etag}'}).status_code == 304
    assert rest.get(path, headers={"if-none-match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_docs_answer_head_without_a_body(rest: httpx.Client, path: str) -> None:
    reply = rest.head(path, headers={"accept-encoding": "identity"})
    assert reply.status_code == 200
    assert reply.headers["content-type"] == TYPES[path]
    assert reply.content == b""


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("headers", [{}, bearer(exp=1), {"authorization": "Bearer nonsense"}])
def test_docs_need_no_token(rest: httpx.Client, path: str, headers: dict[str, str]) -> None:
    assert rest.get(path, headers=headers).status_code == 200


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_docs_can_only_be_read(rest: httpx.Client, path: str, method: str) -> None:
    reply = rest.request(method, path, headers=bearer())
    assert reply.status_code == 404
    assert reply.json()["code"] == 5


def test_page_allows_its_own_style_and_nothing_else(rest: httpx.Client) -> None:
    reply = rest.get("/docs")
    (policy,) = reply.headers.get_list("content-security-policy")
    (style,) = re.findall(r"<style>(.*?)</style>", reply.text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert "unsafe" not in policy


async def test_slow_readers_of_docs_cost_the_others_neither_memory_nor_answers(
    edge: Edge, rest: httpx.Client
) -> None:
    before, seen = _allocated(edge), _stat(edge, "http.edge.downstream_rq_total")
    host, port = edge.address.split(":")
    readers = [socket.create_connection((host, int(port))) for _ in range(200)]
    try:
        for reader in readers:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.sendall(b"GET /docs HTTP/1.1\r\nhost: x\r\n\r\n")
        await eventually(lambda: _has(edge, "http.edge.downstream_rq_total", seen + len(readers)))
        assert rest.get("/v1/preferences", headers=bearer()).status_code == 200
        assert _allocated(edge) - before < 64 * 2**20
    finally:
        for reader in readers:
            reader.close()
    await eventually(lambda: _answers(rest))


async def _has(edge: Edge, name: str, least: int) -> bool:
    return _stat(edge, name) >= least


async def _answers(rest: httpx.Client) -> bool:
    return rest.get("/docs").status_code == httpx.codes.OK


def _allocated(edge: Edge) -> int:
    envoy: int = psutil.Process(edge.processes[-1].pid).memory_info().rss
    return envoy


def _stat(edge: Edge, name: str) -> int:
    url = f"http://127.0.0.1:{edge.topology.admin_port}/stats"
    line = httpx.get(url, params={"filter": f"^{name}$"}).text
    return int(line.rpartition(":")[2] or 0)


def test_document_is_json(rest: httpx.Client) -> None:
    assert json.loads(rest.get("/openapi.json").content)["openapi"].startswith("3.1")
