"""Every RPC of every contract, by every protocol, as everybody: who gets in is what it says."""

import asyncio
from dataclasses import dataclass

import asyncpg
import grpc
import httpx
import pytest
from inergize.common.v1 import access_pb2

from services.kernel.contract import Method, known_scopes
from tests.support import protocols
from tests.support.contracts import internal_methods, public_methods, short
from tests.support.people import sign_up
from tests.support.protocols import Ending
from tests.support.stack import Stack, User, as_json
from tests.support.tokens import expired_token, foreign_token, internal_token
from tests.support.valid import valid_request

PROTOCOLS = ("rest", "grpc", "web")
ENDS_ACCOUNT = {"Logout", "DeleteAccount"}
"""With the shared user's token these would end everyone else's session, or their keys."""


@pytest.fixture(scope="module")
def user(stack: Stack) -> User:
    """Signed in a moment ago, so that what asks for a recent proof lets them in."""
    return sign_up(stack)


@dataclass(frozen=True)
class ApiKeys:
    """A user's keys: for each scope one that has it alone, and one that has every other."""

    with_scope: dict[str, str]
    without_scope: dict[str, str]


@pytest.fixture(scope="module")
def api_keys(stack: Stack) -> ApiKeys:
    """Of a user of their own: others change what is theirs."""
    owner, scopes = sign_up(stack), known_scopes()
    asyncio.run(allow_keys(stack, owner))
    with httpx.Client(base_url=stack.url, headers=owner.headers, timeout=30) as client:
        return ApiKeys(
            {scope: make_key(client, {scope}) for scope in scopes},
            {scope: make_key(client, scopes - {scope}) for scope in scopes},
        )


async def allow_keys(stack: Stack, owner: User) -> None:
    connection = await asyncpg.connect(stack.addresses["DATABASE_URL"])
    await connection.execute(
        "UPDATE auth.users SET subscription_tier = 'enterprise' WHERE id = $1::text::uuid",
        owner.user_id,
    )
    await connection.close()


def make_key(client: httpx.Client, scopes: set[str] | frozenset[str]) -> str:
    body = {"name": "matrix", "scopes": sorted(scopes)}
    return str(as_json(client.post("/v1/apiKeys", json=body))["secret"])


def call(
    stack: Stack, channel: grpc.Channel, protocol: str, method: Method, headers: dict[str, str]
) -> Ending:
    request = valid_request(method.request_type)
    if protocol == "rest":
        return protocols.rest(stack.url, method, request, headers)
    if protocol == "web":
        return protocols.web(stack.url, method, request, headers)
    return protocols.native(channel, method, request, headers)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("method", public_methods(), ids=short)
def test_only_a_good_token_opens_what_needs_one(
    stack: Stack, channel: grpc.Channel, user: User, method: Method, protocol: str
) -> None:
    bad = {
        "none": {},
        "garbage": bearer("garbage"),
        "expired": bearer(expired_token(stack, user)),
        "signed by a stranger": bearer(foreign_token(user)),
        "a service's": bearer(internal_token(stack)),
        "an unknown API key": bearer("igz_0123456789abcdef"),
    }
    is_public = method.access == access_pb2.ACCESS_PUBLIC
    for who, headers in bad.items():
        ending = call(stack, channel, protocol, method, headers)
        assert ending.is_refused != is_public, (who, ending)
        assert not ending.is_server_error, (who, ending)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("method", public_methods(), ids=short)
def test_the_right_token_gets_in(
    stack: Stack, channel: grpc.Channel, user: User, method: Method, protocol: str
) -> None:
    caller = sign_up(stack) if method.name in ENDS_ACCOUNT else user
    ending = call(stack, channel, protocol, method, caller.headers)
    if method.access == access_pb2.ACCESS_ADMIN:
        assert ending.is_denied, ending
        return
    assert not ending.is_refused, ending
    assert not ending.is_server_error, ending


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("method", public_methods(), ids=short)
def test_an_api_key_opens_what_its_scope_covers_and_nothing_else(
    stack: Stack, channel: grpc.Channel, api_keys: ApiKeys, method: Method, protocol: str
) -> None:
    scope = method.scope or "account.read"
    ending = call(stack, channel, protocol, method, bearer(api_keys.without_scope[scope]))
    assert ending.is_refused == (method.access != access_pb2.ACCESS_PUBLIC), ending
    assert not ending.is_server_error, ending
    if method.scope:
        assert (ending.is_denied, ending.reason) == (True, "ERROR_REASON_SCOPE_MISSING"), ending
        ending = call(stack, channel, protocol, method, bearer(api_keys.with_scope[scope]))
        assert not ending.is_refused, ending
        assert not ending.is_server_error, ending


@pytest.mark.parametrize("protocol", ["grpc", "web"])
@pytest.mark.parametrize("method", internal_methods(), ids=short)
def test_internal_methods_do_not_exist_at_the_edge(
    stack: Stack, channel: grpc.Channel, user: User, method: Method, protocol: str
) -> None:
    for headers in ({}, user.headers, bearer(internal_token(stack))):
        ending = call(stack, channel, protocol, method, headers)
        assert ending.is_absent, ending


@pytest.mark.parametrize("method", internal_methods(), ids=short)
def test_services_check_credentials_themselves(
    stack: Stack, user: User, api_keys: ApiKeys, method: Method
) -> None:
    """Called directly, past Envoy: a user's token, a stranger's, a key or none opens nothing."""
    room = method.path.split(".")[1]
    room = "content" if room == "common" else room
    key = next(iter(api_keys.with_scope.values()))
    with grpc.insecure_channel(stack.addresses[f"{room.upper()}_ADDRESS"]) as direct:
        for headers in ({}, user.headers, bearer(foreign_token(user)), bearer(key)):
            ending = protocols.native(direct, method, valid_request(method.request_type), headers)
            assert ending.is_unauthenticated, ending


@pytest.mark.parametrize("method", public_methods(), ids=short)
def test_services_check_scopes_themselves(stack: Stack, api_keys: ApiKeys, method: Method) -> None:
    """Called directly: what the edge refuses to a key, the service does too."""
    if method.access == access_pb2.ACCESS_PUBLIC:
        return
    other = next(scope for scope in api_keys.with_scope if scope != method.scope)
    address = stack.addresses[f"{method.path.split('.')[1].upper()}_ADDRESS"]
    with grpc.insecure_channel(address) as direct:
        request = valid_request(method.request_type)
        key = bearer(api_keys.with_scope[other])
        assert protocols.native(direct, method, request, key).is_denied
