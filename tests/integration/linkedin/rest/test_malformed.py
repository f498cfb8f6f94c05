"""Whatever is sent to any endpoint of the sandbox, the answer is LinkedIn's 4xx as JSON, no 500."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from httpx2 import URL, Response
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.routing import Route
from starlette.testclient import TestClient

from stack.sandbox.linkedin.app import ROUTES, build_app
from stack.sandbox.linkedin.model import SandboxApp
from stack.sandbox.linkedin.products import KNOWN_SCOPES
from tests.integration.linkedin.rest.samples import NOTE, SAMPLES, SWITCHES, Sample, Sent

BACK = "https://app.example/back"
APP = SandboxApp("fuzz", "fuzz-secret", (BACK,), scopes=KNOWN_SCOPES)
CREDENTIALS = {"client_id": "fuzz", "client_secret": "fuzz-secret"}
PAGE = "urn:li:organization:7"

BODIES = [sample for sample in SAMPLES if sample.is_json]

# In this process: a failure shows where it happened.
in_process = settings(
    max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@dataclass
class Sandbox:
    """A sandbox in this process, and a member who is signed in to it."""

    http: TestClient = field(repr=False)
    token: str = field(repr=False)
    names: dict[str, str]
    """What stands for what in samples: `{post}`, `{me}`."""

    def send(self, sent: Sent) -> Response:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "LinkedIn-Version": "202609",
            "X-Restli-Protocol-Version": "2.0.0",
        } | sent.headers
        body = sent.body if isinstance(sent.body, bytes) else json.dumps(sent.body).encode()
        return self.http.request(sent.method, sent.url, headers=headers, content=body)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with opened(tmp_path_factory.mktemp("malformed")) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def switched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with opened(tmp_path_factory.mktemp("switched")) as sandbox:
        yield sandbox


@contextmanager
def opened(folder: Path) -> Iterator[Sandbox]:
    """A sandbox with a page, a post and a comment on it."""
    with TestClient(
        build_app(APP, folder), base_url="http://127.0.0.1", follow_redirects=False
    ) as http:
        http.post("/sandbox/clock", json={"time": "2026-11-20T12:00:00Z"})
        for kind in ("application", "member"):
            http.post("/sandbox/quota", json={"kind": kind, "calls_per_day": None})
        asked = {"response_type": "code", "client_id": "fuzz", "redirect_uri": BACK}
        asked |= {"scope": " ".join(sorted(KNOWN_SCOPES)), "sandbox_member": "ada"}
        answer = http.get("/oauth/v2/authorization", params=asked)
        code = URL(answer.headers["location"]).params["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        token = http.post("/oauth/v2/accessToken", data=form | CREDENTIALS).json()["access_token"]
        sandbox = Sandbox(http, token, {"me": "urn:li:person:ada", "page": PAGE})
        role = {"member": "ada", "role": "ADMINISTRATOR"}
        http.post("/sandbox/organisations", json={"id": 7, "name": "Works", "roles": [role]})
        post = sandbox.send(_sent(sandbox, _sample("POST", "/rest/posts")))
        sandbox.names["post"] = post.headers["x-restli-id"]
        said = sandbox.send(_sent(sandbox, _sample("POST", "/rest/socialActions/{post}/comments")))
        sandbox.names["comment"] = said.headers["x-restli-id"]
        yield sandbox


def _sample(method: str, path: str) -> Sample:
    return next(each for each in SAMPLES if (each.method, each.path) == (method, path))


def _sent(sandbox: Sandbox, sample: Sample) -> Sent:
    return sample.filled(sandbox.names)


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["urn:li:person:", "urn:li:organization:9", "urn:li:share:0", "\0", "\ud800"]),
    st.lists(st.integers() | st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=3), st.none() | st.integers(), max_size=3),
    st.just([[[]]]),
)
BYTES = st.one_of(
    st.binary(max_size=30),
    st.sampled_from(
        [
            b"",
            b"null",
            b"[]",
            b'"words"',
            b"{",
            b'{"a": NaN}',
            b'{"a": 1e999}',
            b'{"a": "\\ud800"}',
            b"\xff\xfe",
            b"[" * 100_000,
            b'{"a":' * 100_000,
        ]
    ),
)
QUERIES = st.one_of(
    st.text(max_size=20).map(quote),
    st.sampled_from(
        ["%", "%ff", "ids=List(", "ids=List()", "q=", "q=(a:b)", "start=-1", "count=1e3", "a=1&a=1"]
    ),
    st.builds(
        "{}={}".format,
        st.sampled_from(
            [
                *("ids", "q", "start", "count", "fields", "author", "entity", "dateRange", "actor"),
                *("queryType", "timeIntervals", "organization", "projection", "role", "keywords"),
            ]
        ),
        st.sampled_from(["List(a,b)", "(a:b)", "(start:(day:1),end:x)", "''", "%00", "9" * 400])
        | st.text(max_size=10).map(quote),
    ),
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            *("X-RestLi-Method", "X-Restli-Protocol-Version", "LinkedIn-Version"),
            *("Content-Type", "X-HTTP-Method-Override", "Authorization"),
        ]
    ),
    st.sampled_from(["", "GET", "POST", "BATCH_GET", "FINDER", "2.0.0", "202609", "Bearer"])
    | st.sampled_from(["multipart/mixed; boundary=", "multipart/mixed; boundary=b", "\x00"]),
    max_size=2,
)


def _changed(value: Any, where: list[int], junk: Any) -> Any:
    """`value` with the part that `where` leads to replaced, removed or joined by junk."""
    if not where or not isinstance(value, dict | list) or not value:
        return junk
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = keys[where[0] % len(keys)]
    if isinstance(value, dict) and where[0] % 11 == 0:
        return {**value, "unknown": junk} if where[0] % 2 else {**value, key: junk, "": junk}
    changed = value.copy()
    changed[key] = _changed(value[key], where[1:], junk)
    return changed


def _check(answer: Response) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400 and "text/html" not in answer.headers["content-type"]:
        body = answer.json()
        assert body.get("status", answer.status_code) == answer.status_code
        assert body.get("message") or body.get("error")


def test_there_is_a_sample_for_every_endpoint(sandbox: Sandbox) -> None:
    """So that an endpoint that is added is tried too."""
    routes = {route.path.split("{")[0] for route in ROUTES if isinstance(route, Route)}
    sampled = {_begin(_sent(sandbox, each).url, routes) for each in (*SAMPLES, *SWITCHES)}
    assert sampled == routes


def _begin(url: str, routes: set[str]) -> str:
    path = url.partition("?")[0]
    return max((route for route in routes if path.startswith(route)), key=len)


@in_process
@given(sample=st.sampled_from(BODIES), junk=JUNK, where=st.lists(st.integers(0, 50), max_size=5))
def test_a_changed_body_is_taken_or_refused(
    sandbox: Sandbox, sample: Sample, junk: Any, where: list[int]
) -> None:
    sent = _sent(sandbox, sample)
    answer = sandbox.send(sent.with_body(_changed(sent.body, where, junk)))
    _check(answer)
    assert answer.status_code not in (401, 429), "the body is not looked at any more"


@in_process
@given(sample=st.sampled_from(SWITCHES), junk=JUNK, where=st.lists(st.integers(0, 50), max_size=3))
def test_a_changed_switch_is_taken_or_refused(
    switched: Sandbox, sample: Sample, junk: Any, where: list[int]
) -> None:
    body = _changed(sample.body, where, junk) if sample.is_json else junk
    _check(switched.send(Sent(sample.method, sample.path, body)))
    # What it was set to must not break the next answer either.
    _check(switched.http.get("/sandbox/quota"))
    _check(switched.http.get("/sandbox/health"))


@in_process
@given(
    sample=st.sampled_from(SAMPLES),
    body=BYTES | st.none(),
    query=QUERIES | st.none(),
    headers=HEADERS,
    segment=st.none() | st.sampled_from(["(", "%", "%ff", "''", "List()", "(a:b)", "%00", "٣"]),
)
@example(_sample("POST", "/v2/invitations"), b'{"a":' * 100_000, None, {}, None)
@example(_sample("POST", "/rest/posts"), b'{"a": NaN}', None, {}, None)
def test_any_body_query_path_and_headers_are_taken_or_refused(  # noqa: PLR0917
    sandbox: Sandbox,
    sample: Sample,
    body: bytes | None,
    query: str | None,
    headers: dict[str, str],
    segment: str | None,
) -> None:
    sent = _sent(sandbox, sample)
    if body is not None:
        sent = sent.with_body(body)
    path, _, asked = sent.url.partition("?")
    if segment is not None:
        path = f"{path.rpartition('/')[0]}/{quote(segment, safe='%()')}"
    asked = asked if query is None else "&".join(filter(None, [asked, query]))
    _check(sandbox.send(Sent(sent.method, f"{path}?{asked}", sent.body, sent.headers | headers)))


@pytest.mark.parametrize(
    "sample", [s for s in BODIES if s.path.startswith(("/rest", "/v2"))], ids=str
)
def test_what_is_no_json_object_is_linkedins_400(sandbox: Sandbox, sample: Sample) -> None:
    for body in (b"{", b"[]", b"null", b"\xff", b'{"a": NaN}', b"[" * 100_000):
        answer = sandbox.send(_sent(sandbox, sample).with_body(body))
        assert (answer.status_code, answer.json()) == (
            400,
            {"status": 400, "code": "BAD_REQUEST", "message": "Cannot parse request entity"},
        ), body[:20]


@pytest.mark.parametrize("note", [5, None, [], "words", {"body": {"body": "x"}}])
def test_a_note_that_is_no_text_is_refused_by_name(sandbox: Sandbox, note: Any) -> None:
    body = {"invitee": "urn:li:person:bob", "message": {NOTE: note}}
    answer = sandbox.send(Sent("POST", "/v2/invitations", body, {}))
    assert answer.status_code == 422
    assert answer.json()["message"].startswith("ERROR :: /message")
