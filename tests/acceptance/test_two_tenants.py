"""Nobody sees anything of anybody else: every id of one user, in every field, sent by another."""

import itertools
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import grpc
import httpx
import pytest
from google.protobuf.descriptor import FieldDescriptor
from inergize.common.v1 import access_pb2

from services.kernel.contract import Method
from tests.support import protocols
from tests.support.contracts import public_methods, short, string_fields
from tests.support.people import connect_linkedin, sign_in, sign_up
from tests.support.stack import Stack, User
from tests.support.valid import valid_request

MARK = "alpha-tenant-mark"
USER_METHODS = [method for method in public_methods() if method.access == access_pb2.ACCESS_USER]
ENDS_SESSION = {"Logout"}
SCOPES = ["content.read"]


class Belongings:
    """What a user owns: every id and page token the product has told them."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.values: set[str] = {user.user_id}
        self.page_tokens: set[str] = set()

    def learn(self, value: Any) -> None:
        """Collect ids and page tokens from a reply."""
        if isinstance(value, dict):
            for name, inner in value.items():
                if name == "nextPageToken" and inner:
                    self.page_tokens.add(inner)
                elif name.endswith("Id") and isinstance(inner, str) and len(inner) == 36:
                    self.values.add(inner)
                self.learn(inner)
        elif isinstance(value, list):
            for inner in value:
                self.learn(inner)


@pytest.fixture(scope="session")
def alpha(stack: Stack) -> Belongings:
    """A user with something of everything."""
    user = sign_up(stack)
    connect_linkedin(stack, user)
    owned = Belongings(user)
    with httpx.Client(base_url=stack.url, headers=user.headers, timeout=30) as client:
        for number in range(3):
            body = f"{MARK} {number} {uuid4()}"
            content = {"type": "CONTENT_TYPE_POST", "title": MARK, "body": body}
            owned.learn(client.post("/v1/content", json={"content": content}).json())
        content_id = client.get("/v1/content?pageSize=1").json()["contents"][0]["contentId"]
        when = {"scheduledTime": _soon()}
        owned.learn(client.post(f"/v1/content/{content_id}:schedule", json=when).json())
        _wait_until_published(client, content_id)
        for name in ("one", "two"):
            owned.learn(client.post("/v1/apiKeys", json={"name": name, "scopes": SCOPES}).json())
        sign_in(client, user.email)
        for path in ("content", "automation/actions", "apiKeys", "sessions"):
            owned.learn(client.get(f"/v1/{path}?pageSize=1").json())
    return owned


@pytest.fixture(scope="session")
def beta(stack: Stack) -> User:
    return sign_up(stack)


def _soon() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1))


def _wait_until_published(client: httpx.Client, content_id: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        content = client.get(f"/v1/content/{content_id}").json()["content"]
        if content["status"] == "CONTENT_STATUS_PUBLISHED":
            return
        assert time.monotonic() < deadline, content
        time.sleep(0.05)


def _intrusions(method: Method, owned: Belongings) -> Iterator[Any]:
    """Requests in which each text field in turn holds something of another user's."""
    fields = string_fields(method)
    for field, value in itertools.product(fields, owned.values):
        if _takes_ids(field):
            yield _with(method, {field.name: value})
    for token in owned.page_tokens:
        if any(field.name == "page_token" for field in fields):
            yield _with(method, {"page_token": token})
    yield _with(method, {})


def _takes_ids(field: FieldDescriptor) -> bool:
    return field.name.endswith("_id") or field.name in {"filter", "parent"}


def _with(method: Method, values: dict[str, str]) -> Any:
    request = valid_request(method.request_type)
    for name, value in values.items():
        setattr(request, name, value)
    return request


@pytest.mark.parametrize("method", USER_METHODS, ids=short)
def test_ids_of_another_user_open_nothing(
    stack: Stack, channel: grpc.Channel, alpha: Belongings, beta: User, method: Method
) -> None:
    if method.name in ENDS_SESSION:
        return
    for request in _intrusions(method, alpha):
        for ending in (
            protocols.rest(stack.url, method, request, beta.headers),
            protocols.native(channel, method, request, beta.headers),
        ):
            sent = str(request)
            told = [
                value for value in (alpha.values | {MARK, alpha.user.email})
                if value in ending.body and value not in sent
            ]  # fmt: skip
            assert not told, (request, ending)
            assert not ending.is_denied, "NOT_FOUND, never PERMISSION_DENIED"
            assert not ending.is_server_error, (request, ending)


def test_owner_does_see_what_the_other_does_not(stack: Stack, alpha: Belongings) -> None:
    """Else the test above would pass against a product that shows nothing to anybody."""
    reply = httpx.get(f"{stack.url}/v1/content", headers=alpha.user.headers)
    assert MARK in reply.text
    assert len(alpha.page_tokens) >= 3
    assert len(alpha.values) >= 8
