"""The pages that people see: what a browser is told to do with them."""

import re
from uuid import uuid4

import httpx
import pytest

from tests.support.stack import Stack

TOKEN = f"canary-{uuid4().hex}"
AUTH_PAGES = ("/v1/auth/email:verify", "/v1/auth/password:reset")
PAGES = ("/docs", *AUTH_PAGES)


def shown(stack: Stack, path: str) -> httpx.Response:
    query = "" if path == "/docs" else f"?token={TOKEN}"
    reply = httpx.get(f"{stack.url}{path}{query}", headers={"accept": "text/html"})
    assert reply.status_code == 200, reply.text
    return reply


def policy(reply: httpx.Response) -> dict[str, str]:
    (given,) = reply.headers.get_list("content-security-policy")
    pairs = (directive.strip().partition(" ") for directive in given.split(";"))
    return {name: value for name, _, value in pairs}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_what_it_is_and_is_framed_by_nobody(stack: Stack, path: str) -> None:
    reply = shown(stack, path)
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert policy(reply)["frame-ancestors"] == "'none'"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_and_loads_only_what_its_policy_names_by_hash(stack: Stack, path: str) -> None:
    rules = policy(shown(stack, path))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules.get("object-src", "'none'") == "'none'"
    for kind in ("script-src", "style-src"):
        named = rules.get(kind, "'none'").split()
        assert all(re.fullmatch(r"'none'|'sha256-[\w+/=]{44}'", source) for source in named), kind
    others = rules.keys() - {"script-src", "style-src"}
    assert {rules[name] for name in others} <= {"'none'", "'self'", ""}


@pytest.mark.parametrize("path", AUTH_PAGES)
def test_a_page_for_a_token_never_holds_it_and_is_not_kept(stack: Stack, path: str) -> None:
    reply = shown(stack, path)
    assert TOKEN not in reply.text
    assert reply.headers["cache-control"] == "no-store"


def test_what_anybody_may_read_is_the_same_for_everybody(stack: Stack) -> None:
    """The description may be kept by browsers: there is nothing of anyone's in it."""
    bare = httpx.get(f"{stack.url}/openapi.json")
    signed_in = httpx.get(f"{stack.url}/openapi.json", headers={"authorization": "Bearer x.y.z"})
    assert bare.text == signed_in.text
    assert "set-cookie" not in bare.headers
