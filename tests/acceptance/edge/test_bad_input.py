"""Bad input over REST: refused by name, in one shape, never quoting a secret."""

import httpx
import pytest

from tests.acceptance.edge.edge import Edge, bearer
from tests.acceptance.edge.shape import refused, unreadable

LOGIN = "/v1/auth/login"
CONTENT = "/v1/content"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/nope"),
        ("GET", "/v1/users/me/"),
        ("GET", "/v1/users/me;x=1"),
        ("PUT", "/v1/users/me"),
        ("POST", "/v1/users/me"),
        ("DELETE", LOGIN),
        ("OPTIONS", "/v1/users/me"),
        ("TRACE", "/v1/users/me"),
        ("POST", "/healthz"),
        ("GET", "/../../etc/passwd"),
        ("GET", "/v1/content/abc:nope"),
        ("POST", "/inergize.auth.v1.AuthService/Login"),
        ("POST", "/inergize.auth.v1.AuthInternalService/CheckCaller"),
        ("POST", "/inergize.common.v1.WorkInternalService/ClaimOutbox"),
    ],
)
def test_what_is_not_in_the_contract_does_not_exist(
    rest: httpx.Client, method: str, path: str
) -> None:
    body = refused(rest.request(method, path), 404, "NOT_FOUND")
    assert body["code"] == 5


def test_head_is_refused_without_a_body(rest: httpx.Client) -> None:
    reply = rest.head("/v1/users/me", headers=bearer())
    assert (reply.status_code, reply.content) == (404, b"")


@pytest.mark.parametrize("path", ["/v1/content/a%2Fb", "/v1/content/a%5Cb", "/v1/content/%00"])
def test_a_path_that_could_be_read_in_two_ways_is_refused(edge: Edge, path: str) -> None:
    target = httpx.URL(edge.url).copy_with(raw_path=path.encode())
    with httpx.Client(timeout=10) as client:
        unreadable(client.get(target, headers=bearer()), 400, "INVALID_REQUEST")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/content/%ff%fe",
        "/v1/content/%zz",
        "/v1/content/%4",
        "/v1/content?page_token=%zz",
        "/v1/content?page_token=%C3",
        "/v1/content?page_token=%ED%A0%80",
        "/v1/content?page_token=%C0%AF",
        "/v1/content?page_token=%F5%80%80%80",
        "/v1/content?page_token=%00",
        "/v1/content?page_size=1.5",
        "/v1/content?page_size=99999999999",
        "/v1/content?statuses=NOPE",
        "/v1/content?nope=1",
        "/v1/content?page_size.x=1",
    ],
)
def test_a_bad_path_or_parameter_is_the_clients_fault(edge: Edge, path: str) -> None:
    target = httpx.URL(edge.url).copy_with(raw_path=path.encode())
    with httpx.Client(timeout=10) as client:
        refused(client.get(target, headers=bearer()), 400, "INVALID_REQUEST")


@pytest.mark.parametrize("text", ["ü", "日本語", "🦊", "a b", "%", "~", "ÿ", "\u0001"])
def test_any_text_may_be_a_parameter(rest: httpx.Client, text: str) -> None:
    reply = rest.get("/v1/preferences", params={"nope": text}, headers=bearer())
    body = refused(reply, 400, "INVALID_REQUEST")
    assert "does not fit" in body["message"], "not refused for how it is written"


@pytest.mark.parametrize(
    "body",
    [
        b'{"content": ',
        b"[]",
        b"null",
        b"1",
        b"{} x",
        b"\xef\xbb\xbf{}",
        b'{"content": 5}',
        b'{"content": {"type": "NOPE"}}',
        b'{"content": {"title": {}}}',
        b'{"content": {"title": "\xff"}}',
        b'{"content": {"title": "\\ud800"}}',
        b'{"content": {"title": NaN}}',
        b'{"content": ' * 500 + b"{}" + b"}" * 500,
        b"<content/>",
        b"\x1f\x8b\x08",
    ],
)
def test_a_bad_body_is_named(rest: httpx.Client, body: bytes) -> None:
    reply = rest.post(CONTENT, content=body, headers=bearer())
    message = refused(reply, 400, "INVALID_REQUEST")["message"]
    assert message.startswith("the body is not JSON that fits the request: ")


def test_a_refusal_never_quotes_a_secret(rest: httpx.Client) -> None:
    for body in ('{"password": "hunter2" "x"}', '{"password": "hunter2', '{"email": hunter2}'):
        refused(rest.post(LOGIN, content=body), 400, "INVALID_REQUEST")
        assert "hunter2" not in rest.post(LOGIN, content=body).text
    path = "/v1/linkedin/oauth/callback"
    for query in ("hunter2=1", "code.hunter2=1"):
        reply = rest.get(f"{path}?{query}")
        refused(reply, 400, "INVALID_REQUEST")
        assert "hunter2" not in reply.text


def test_an_id_in_path_and_body_must_not_differ(rest: httpx.Client) -> None:
    reply = rest.post(f"{CONTENT}/a:schedule", json={"content_id": "b"}, headers=bearer())
    refused(reply, 400, "INVALID_REQUEST")


@pytest.mark.parametrize("size", [65_537, 200_000, 5_000_000])
def test_a_body_over_64_kib_is_refused(rest: httpx.Client, size: int) -> None:
    refused(rest.post(LOGIN, content=b" " * size), 413, "INVALID_REQUEST")
    chunks = (b" " * 1000 for _ in range(size // 1000 + 1))
    refused(rest.post(LOGIN, content=chunks), 413, "INVALID_REQUEST")


def test_a_body_of_64_kib_is_taken(rest: httpx.Client) -> None:
    reply = rest.post(LOGIN, content=b"{" + b" " * 65_534 + b"}")
    assert reply.status_code == 200


@pytest.mark.parametrize("headers", [{"x-a": "a" * 9000}, {f"x-{i}": "a" for i in range(101)}])
def test_headers_that_are_too_large_are_refused(
    rest: httpx.Client, headers: dict[str, str]
) -> None:
    unreadable(rest.get("/v1/users/me", headers=headers), 431, "INVALID_REQUEST")


def test_a_header_with_an_underscore_is_refused(rest: httpx.Client) -> None:
    reply = rest.get("/v1/users/me", headers={"x_user": "a"})
    assert "underscore" in unreadable(reply, 400, "INVALID_REQUEST")["message"]


def test_an_upgrade_is_refused(rest: httpx.Client) -> None:
    headers = {"connection": "upgrade", "upgrade": "websocket"}
    refused(rest.get("/v1/users/me", headers=bearer() | headers), 400, "INVALID_REQUEST")


def test_a_grpc_content_type_on_a_rest_path_reaches_nobody(rest: httpx.Client) -> None:
    headers = bearer() | {"content-type": "application/grpc"}
    reply = rest.post(CONTENT, content=b"\0\0\0\0\0", headers=headers)
    assert reply.headers["grpc-status"] == "12"
