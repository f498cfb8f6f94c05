"""What every answer of the edge carries, what it never does, and what is not there at all."""

import re
from collections.abc import Iterator
from uuid import uuid4

import grpc
import httpx
import pytest

from stack.mesh_contract import edge_operations
from tests.support.people import PASSWORD, mailed_token, sign_in
from tests.support.stack import Stack, User

POLICY = {"object-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'"}
HEALTH_HEADER = "x-envoy-upstream-healthchecked-cluster"
"""Envoy adds it to its answer about health, where nothing can take it away; it has no value."""
JSON = {"content-type": "application/json"}


@pytest.fixture
def rest(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.url, timeout=10) as client:
        yield client


def policy(reply: httpx.Response) -> dict[str, str]:
    """The directives of the answer's content security policy."""
    (given,) = reply.headers.get_list("content-security-policy")
    pairs = (directive.strip().partition(" ") for directive in given.split(";"))
    return {name: value for name, _, value in pairs}


def answers(rest: httpx.Client, user: User) -> dict[str, httpx.Response]:
    """One of each kind: good, refused by a service, by each filter of Envoy, and unreadable."""
    huge = b" " * 70_000
    return {
        "good": rest.get("/v1/users/me", headers=user.headers),
        "public": rest.get("/.well-known/jwks.json"),
        "healthy": rest.get("/healthz"),
        "refused by a service": rest.post("/v1/auth/login", json={"email": "a@b.c"}),
        "not found by a service": rest.get(f"/v1/content/{uuid4()}", headers=user.headers),
        "no token": rest.get("/v1/users/me"),
        "no such path": rest.get("/nope"),
        "not JSON": rest.post("/v1/auth/login", content=b"{", headers=JSON),
        "too large": rest.post("/v1/auth/login", content=huge, headers=JSON),
        "underscore": rest.get("/v1/users/me", headers={"x_y": "1"}),
        "escaped slash": rest.get("/v1/content/a%2Fb"),
        "preflight": rest.options("/v1/content", headers={"origin": "https://evil.example"}),
    }


def test_every_answer_carries_what_protects_a_browser(rest: httpx.Client, user: User) -> None:
    for kind, reply in answers(rest, user).items():
        assert reply.headers.get_list("x-content-type-options") == ["nosniff"], kind
        assert reply.headers.get_list("referrer-policy") == ["no-referrer"], kind
        assert reply.headers.get_list("cache-control") == ["no-store"], kind
        assert policy(reply).items() >= POLICY.items(), kind
        assert "sandbox" in policy(reply), kind


def test_every_body_says_what_it_is(rest: httpx.Client, user: User) -> None:
    for kind, reply in answers(rest, user).items():
        assert reply.content, kind
        assert reply.headers["content-type"] == "application/json", kind
        assert isinstance(reply.json(), dict), kind


def test_no_answer_tells_which_software_gave_it(rest: httpx.Client, user: User) -> None:
    for kind, reply in answers(rest, user).items():
        names = set(reply.headers) - {HEALTH_HEADER}
        assert names & {"server", "x-powered-by", "via"} == set(), kind
        assert [name for name in names if "envoy" in name] == [], kind
        assert not re.search(r"(?i)envoy|python|grpc/|Traceback|asyncpg", reply.text), kind


def _paths() -> list[str]:
    """Every path that answers GET, with an id that nobody has."""
    bindings = [found for operation in edge_operations() for found in operation.bindings]
    paths = {found.template for found in bindings if found.verb == "GET"}
    return sorted(re.sub(r"\{[^}]*\}", str(uuid4()), path) for path in paths)


def test_no_answer_leads_elsewhere(rest: httpx.Client, user: User) -> None:
    """Neither to HTTPS nor to another site: whoever used the wrong address must notice."""
    for path in [*_paths(), "/", "/docs", "//evil.example", "/v1/users/me?next=//evil.example"]:
        for headers in ({}, user.headers):
            with rest.stream("GET", path, headers=headers) as reply:
                assert not 300 <= reply.status_code < 400, path
                assert "location" not in reply.headers, path


@pytest.mark.parametrize(
    "path",
    [
        *("/.git/config", "/.git/HEAD", "/.svn/entries", "/.env", "/.inergize/secrets.env"),
        *("/metrics", "/stats", "/config_dump", "/debug/pprof", "/server-info", "/quitquitquit"),
        *("/v1/", "/v1/auth/", "/static/", "/protos/", "/admin", "/graphql", "/backup.sql"),
    ],
)
def test_nothing_lies_about_that_no_contract_names(rest: httpx.Client, path: str) -> None:
    assert rest.get(path).status_code == 404


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
def test_the_services_descriptions_are_not_for_strangers(
    channel: grpc.Channel, version: str
) -> None:
    method = f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo"
    ask: grpc.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(method)
    with pytest.raises(grpc.RpcError) as refused:
        list(ask(iter([b""]), timeout=5))
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "DEBUG", "PROPFIND", "COPY"])
def test_methods_that_no_contract_names_do_nothing(rest: httpx.Client, method: str) -> None:
    reply = rest.request(method, "/v1/users/me", headers={"x-probe": "canary"})
    assert reply.status_code in {400, 404}
    assert "canary" not in reply.text


def test_a_method_in_a_header_or_parameter_changes_nothing(rest: httpx.Client, user: User) -> None:
    override = {"x-http-method-override": "DELETE", "x-method-override": "DELETE"}
    reply = rest.get("/v1/users/me", headers=user.headers | override)
    assert reply.json()["user"]["userId"] == user.user_id
    assert rest.get("/v1/users/me?_method=DELETE", headers=user.headers).status_code == 400


def test_a_cookie_signs_nobody_in(rest: httpx.Client, user: User) -> None:
    """A page on another site can send cookies, but not the header that signs in."""
    for name in ("authorization", "token", "access_token", "session", "__Host-session"):
        reply = rest.get("/v1/users/me", headers={"cookie": f"{name}={user.token}"})
        assert reply.status_code == 401


def test_a_form_of_another_site_changes_nothing(rest: httpx.Client) -> None:
    """What a browser sends without asking first: three content types, and cookies."""
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
        headers = {"content-type": kind, "origin": "https://evil.example"}
        reply = rest.post("/v1/content", content=b'{"content":{}}', headers=headers)
        assert reply.status_code == 401
        assert "access-control-allow-origin" not in reply.headers


def test_of_a_parameter_given_twice_the_last_counts(rest: httpx.Client, user: User) -> None:
    """Under either of its names: nothing joins the two, and nobody reads the other one."""
    for title in "ab":
        content = {"type": "CONTENT_TYPE_POST", "title": title}
        made = rest.post("/v1/content", json={"content": content}, headers=user.headers)
        assert made.status_code == 200, made.text

    def listed(query: str) -> int:
        return len(rest.get(f"/v1/content?{query}", headers=user.headers).json()["contents"])

    assert listed("page_size=1&page_size=50") >= 2
    assert listed("page_size=50&page_size=1") == 1
    assert listed("page_size=50&pageSize=1") == 1


def test_what_only_we_may_say_of_an_account_is_not_taken_from_anyone(
    rest: httpx.Client, stack: Stack
) -> None:
    email = f"{uuid4().hex}@example.com"
    body = {"email": email, "password": PASSWORD, "firstName": "Eve", "lastName": "Evil"}
    own = {"role": "admin", "tier": "enterprise", "isVerified": True, "userId": str(uuid4())}
    assert rest.post("/v1/auth/register", json=body | own).status_code == 200
    refused = rest.post("/v1/auth/login", json={"email": email, "password": PASSWORD})
    assert "accessToken" not in refused.text, "verified by its own word"
    token = {"token": mailed_token(stack, email)}
    assert rest.post("/v1/auth/email:verify", json=token).status_code == 200
    eve = sign_in(rest, email)
    assert eve.user_id != own["userId"]
    assert rest.get("/v1/admin/users", headers=eve.headers).status_code == 403
    assert "ENTERPRISE" not in rest.get("/v1/users/me", headers=eve.headers).text
