"""REST through the edge: what arrives, what comes back, what is refused, always in one shape."""

import json
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.acceptance.edge.edge import ORIGIN, Edge, bearer, token

LOGIN = "/v1/auth/login"
CONTENT = "/v1/content"


def refused(reply: httpx.Response, status: int, reason: str) -> Any:
    """Checks the one error shape and returns the body."""
    assert UUID(reply.headers["x-request-id"])
    return unreadable(reply, status, reason)


def unreadable(reply: httpx.Response, status: int, reason: str) -> Any:
    """The same for requests refused before they were read far enough to get an id."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-content-type-options"] == "nosniff"
    body = reply.json()
    assert body.keys() == {"code", "message", "details"}
    (info,) = body["details"]
    assert info["@type"] == "type.googleapis.com/google.rpc.ErrorInfo"
    assert info["domain"] == "inergize"
    assert info["reason"] == f"ERROR_REASON_{reason}"
    return body


def seen(rest: httpx.Client, **headers: str) -> dict[str, str]:
    """The metadata that the service was given."""
    reply = rest.get("/v1/users/me", headers=bearer() | headers)
    assert reply.status_code == 200, reply.text
    found: dict[str, str] = json.loads(reply.json()["user"]["firstName"])
    return found


def test_healthz_says_that_all_services_serve(rest: httpx.Client) -> None:
    reply = rest.get("/healthz")
    assert reply.status_code == 200
    assert reply.json() == {"status": "SERVING"}


def test_an_answer_is_for_the_caller_alone_and_names_no_software(rest: httpx.Client) -> None:
    reply = rest.get("/v1/users/me", headers=bearer())
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert "server" not in reply.headers
    assert [name for name in reply.headers if name.startswith("x-envoy")] == []


def test_unset_fields_and_zeroes_are_printed_in_lower_camel_case(rest: httpx.Client) -> None:
    user = rest.get("/v1/users/me", headers=bearer()).json()["user"]
    assert user["isVerified"] is False
    assert user["email"] == ""


def test_the_routes_of_the_original_design_work_too(rest: httpx.Client) -> None:
    assert rest.post("/auth/register", json={}).status_code == 200


def test_a_stream_is_newline_delimited_json(rest: httpx.Client) -> None:
    reply = rest.get(f"{CONTENT}/7b0c2f3e:watch", headers=bearer())
    assert [json.loads(line)["isLast"] for line in reply.text.splitlines()] == [False, True]


def test_an_error_of_the_service_keeps_its_details(rest: httpx.Client) -> None:
    reply = rest.get(f"{CONTENT}/7b0c2f3e", headers=bearer())
    body = refused(reply, 404, "CONTENT_NOT_FOUND")
    assert body["message"] == "no such content"


def test_the_public_keys_are_served(rest: httpx.Client) -> None:
    (key,) = rest.get("/.well-known/jwks.json").json()["keys"]
    assert (key["kty"], key["crv"], key["kid"]) == ("OKP", "Ed25519", "test")


# Who is calling.


def test_the_service_learns_the_address_and_a_request_id(rest: httpx.Client) -> None:
    first, second = seen(rest), seen(rest)
    assert first["x-inergize-client-address"] == "127.0.0.1"
    assert first["x-request-id"] != second["x-request-id"]


def test_a_caller_cannot_pose_as_the_edge(rest: httpx.Client) -> None:
    metadata = seen(
        rest,
        **{
            "x-inergize-client-address": "9.9.9.9",
            "x-inergize-role": "admin",
            "x-forwarded-for": "8.8.8.8",
            "x-request-id": "chosen",
            "x-envoy-internal": "true",
            "x-envoy-upstream-rq-timeout-ms": "1",
            "x-secret-bin": "!!!",
        },
    )
    assert metadata["x-inergize-client-address"] == "127.0.0.1"
    assert metadata["x-request-id"] != "chosen"
    assert metadata.keys().isdisjoint({"x-inergize-role", "x-envoy-internal", "x-secret-bin"})


def test_the_token_and_the_idempotency_key_reach_the_service(rest: httpx.Client) -> None:
    metadata = seen(rest, **{"idempotency-key": "k-1"})
    assert metadata["authorization"].startswith("Bearer ey")
    assert metadata["idempotency-key"] == "k-1"


def test_grpc_headers_of_a_rest_client_do_no_harm(rest: httpx.Client) -> None:
    for name in ("grpc-timeout", "grpc-encoding", "grpc-accept-encoding"):
        assert seen(rest, **{name: "nonsense"}).get(name) != "nonsense"


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"exp": 1}, "the access token has expired: refresh the session"),
        ({"iss": "somebody"}, "the access token is not valid"),
        ({"aud": "svc:auth"}, "the access token is not valid"),
        ({"header": {"kid": "other"}}, "the access token is not valid"),
        ({"header": {"alg": "none"}}, "the access token is not valid"),
        ({"header": {"alg": "HS256"}}, "the access token is not valid"),
    ],
)
def test_a_token_that_is_not_right_is_refused(
    rest: httpx.Client, claims: dict[str, Any], message: str
) -> None:
    reply = rest.get("/v1/users/me", headers=bearer(**claims))
    assert refused(reply, 401, "UNAUTHENTICATED")["message"] == message
    assert reply.headers["www-authenticate"] == 'Bearer realm="inergize", error="invalid_token"'


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer a.b.c", "ey"])
def test_what_is_no_token_is_refused(rest: httpx.Client, value: str) -> None:
    reply = rest.get("/v1/users/me", headers={"authorization": value})
    refused(reply, 401, "UNAUTHENTICATED")


def test_a_forged_signature_is_refused(rest: httpx.Client) -> None:
    forged = token()[:-8] + "AAAAAAAA"
    reply = rest.get("/v1/users/me", headers={"authorization": f"Bearer {forged}"})
    refused(reply, 401, "UNAUTHENTICATED")


def test_a_token_in_the_url_is_not_taken(rest: httpx.Client) -> None:
    reply = rest.get("/v1/users/me", params={"access_token": token()})
    refused(reply, 401, "UNAUTHENTICATED")


def test_an_expired_token_does_not_stop_a_public_method(rest: httpx.Client) -> None:
    assert rest.post("/v1/auth/token:refresh", json={}, headers=bearer(exp=1)).status_code == 200


def test_an_api_key_is_the_services_to_check(rest: httpx.Client) -> None:
    reply = rest.get("/v1/users/me", headers={"authorization": "Bearer igz_abc"})
    assert reply.status_code == 200


# Bad input.


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


# What the edge cannot deliver.


def test_a_call_ends_at_its_timeout(rest: httpx.Client) -> None:
    reply = rest.get("/v1/linkedin/profile", headers=bearer())
    assert refused(reply, 504, "DEADLINE_EXCEEDED")["code"] == 4
    assert 1.8 < reply.elapsed.total_seconds() < 4


def test_a_reply_up_to_4_mib_is_delivered(rest: httpx.Client) -> None:
    reply = rest.get(CONTENT, params={"page_token": "3900"}, headers=bearer())
    assert len(reply.json()["contents"][0]["title"]) == 3900 * 1024


def test_a_read_is_repeated_and_a_write_is_not(rest: httpx.Client) -> None:
    assert rest.get("/v1/preferences", headers=bearer()).status_code == 200
    assert rest.post(CONTENT, json={}, headers=bearer()).status_code == 503
    assert rest.post(CONTENT, json={}, headers=bearer()).status_code == 200


# Browsers and logs.


def test_a_known_origin_may_call_and_read_refusals(rest: httpx.Client) -> None:
    ask = {"origin": ORIGIN, "access-control-request-method": "POST"}
    preflight = rest.options(CONTENT, headers=ask)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == ORIGIN
    assert "idempotency-key" in preflight.headers["access-control-allow-headers"]
    reply = rest.get("/v1/users/me", headers={"origin": ORIGIN})
    refused(reply, 401, "UNAUTHENTICATED")
    assert reply.headers["access-control-allow-origin"] == ORIGIN


def test_an_unknown_origin_gets_no_permission(rest: httpx.Client) -> None:
    ask = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    assert "access-control-allow-origin" not in rest.options(CONTENT, headers=ask).headers
    reply = rest.get("/healthz", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in reply.headers
