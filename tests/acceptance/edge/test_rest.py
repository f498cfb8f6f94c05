"""REST through the edge: what arrives, who is let in, what comes back."""

import json
from typing import Any

import httpx
import pytest

from tests.acceptance.edge.edge import ORIGIN, bearer, token
from tests.acceptance.edge.shape import refused

CONTENT = "/v1/content"


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


def test_an_api_key_is_told_where_it_may_not_call(rest: httpx.Client) -> None:
    sent = {"authorization": f"Bearer igz_{'x' * 54}"}
    message = refused(rest.get("/v1/sessions", headers=sent), 401, "UNAUTHENTICATED")["message"]
    assert message.startswith("API keys may not call this method")


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


def test_an_api_key_is_no_token_where_no_scope_covers_the_method(rest: httpx.Client) -> None:
    for key in ("Bearer igz_abc", "bearer igz_abc", "Bearer igz_"):
        reply = rest.post("/v1/auth/logout", json={}, headers={"authorization": key})
        refused(reply, 401, "UNAUTHENTICATED")


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


def test_a_mail_programs_one_click_arrives_as_it_posts_it(rest: httpx.Client) -> None:
    """RFC 8058, 3.1: no JSON, no token of ours, either of two encodings."""
    address = "/v1/notifications/unsubscribe?token=a-token"
    clicked = rest.post(address, data={"List-Unsubscribe": "One-Click"})
    assert clicked.status_code == 200, clicked.text
    assert clicked.text == "application/x-www-form-urlencoded List-Unsubscribe=One-Click"
    parts = rest.post(address, files={"List-Unsubscribe": (None, "One-Click")})
    assert parts.status_code == 200, parts.text
    assert parts.text.startswith("multipart/form-data; boundary=")
