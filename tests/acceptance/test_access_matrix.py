"""Every RPC of every contract, by every protocol, as everybody: who gets in is what it says."""

import grpc
import pytest
from inergize.common.v1 import access_pb2

from services.kernel.contract import Method
from tests.support import protocols
from tests.support.contracts import internal_methods, public_methods, short
from tests.support.protocols import Ending
from tests.support.stack import Stack, User
from tests.support.tokens import expired_token, foreign_token, internal_token
from tests.support.valid import valid_request

PROTOCOLS = ("rest", "grpc", "web")
# Logging out with the shared user's token would end everyone else's session.
SPARED = {"Logout"}


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
        # Envoy answers a good signature for the wrong audience with 403, all else with 401.
        is_refused = ending.is_unauthenticated or ending.is_denied
        assert is_refused != is_public or _is_wrong_password(method, ending), (who, ending)
        assert not ending.is_server_error, (who, ending)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("method", public_methods(), ids=short)
def test_the_right_token_gets_in(
    stack: Stack, channel: grpc.Channel, user: User, method: Method, protocol: str
) -> None:
    if method.name in SPARED:
        return
    ending = call(stack, channel, protocol, method, user.headers)
    if method.access == access_pb2.ACCESS_ADMIN:
        assert ending.is_denied, ending
        return
    is_refused = ending.is_unauthenticated or ending.is_denied
    assert not is_refused or _is_wrong_password(method, ending), ending
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
def test_services_check_credentials_themselves(stack: Stack, user: User, method: Method) -> None:
    """Called directly, past Envoy: a user's token, a stranger's and no token open nothing."""
    room = method.path.split(".")[1]
    room = "content" if room == "common" else room
    with grpc.insecure_channel(stack.addresses[f"{room.upper()}_ADDRESS"]) as direct:
        for headers in ({}, user.headers, bearer(foreign_token(user))):
            ending = protocols.native(direct, method, valid_request(method.request_type), headers)
            assert ending.is_unauthenticated, ending


def _is_wrong_password(method: Method, ending: Ending) -> bool:
    """Public methods that judge credentials in the request answer UNAUTHENTICATED for those."""
    return method.name in {"Login", "RefreshSession"} and ending.is_unauthenticated
