"""Guessing spread over many accounts meets the limit of its address and of its network."""

from typing import Any

import grpc
import pytest_asyncio
from inergize.auth.v1 import auth_service_pb2 as pb
from inergize.auth.v1.auth_service_pb2_grpc import AuthServiceStub

from services.auth.__main__ import build
from services.kernel.config import AuthSettings
from tests.integration.auth.conftest import PASSWORD, People
from tests.integration.auth.throttling.conftest import WRONG, Visitors, token_of
from tests.support.replies import error_info


@pytest_asyncio.fixture
async def visitors(start_room: Any) -> Visitors:
    limits = AuthSettings(login_address_failures=6, login_network_failures=10)
    room = await start_room("auth", build, auth=limits)
    return Visitors(People(room, AuthServiceStub(room.channel)))


async def spread(visitors: Visitors, addresses: list[str]) -> list[Any]:
    """One wrong password for an account of its own from each address."""
    return [
        await visitors.login(f"nobody{n}@example.com", WRONG, address=address)
        for n, address in enumerate(addresses)
    ]


async def test_one_address_is_refused_whatever_the_accounts(visitors: Visitors) -> None:
    answers = await spread(visitors, ["192.0.2.1"] * 8)
    assert answers == ["CREDENTIALS_INVALID"] * 6 + ["LOGIN_LOCKED"] * 2
    assert await spread(visitors, ["192.0.2.2"]) == ["CREDENTIALS_INVALID"]


async def test_one_network_is_refused_whatever_the_addresses(visitors: Visitors) -> None:
    answers = await spread(visitors, [f"192.0.2.{n}" for n in range(12)])
    assert answers == ["CREDENTIALS_INVALID"] * 10 + ["LOGIN_LOCKED"] * 2
    assert await spread(visitors, ["192.0.3.1"]) == ["CREDENTIALS_INVALID"]


async def test_an_ipv6_network_is_one_network(visitors: Visitors) -> None:
    answers = await spread(visitors, [f"2001:db8:7:{n}::1" for n in range(12)])
    assert answers == ["CREDENTIALS_INVALID"] * 10 + ["LOGIN_LOCKED"] * 2


async def test_limits_drain_away(visitors: Visitors) -> None:
    await spread(visitors, ["192.0.2.1"] * 6)
    await visitors.pass_time("10 minutes 1 second")
    assert await spread(visitors, ["192.0.2.1"] * 2) == ["CREDENTIALS_INVALID", "LOGIN_LOCKED"]


async def test_right_passwords_use_up_nothing(visitors: Visitors) -> None:
    email = visitors.people.new_email()
    await visitors.people.verified(email)
    for _ in range(8):
        assert token_of(await visitors.login(email, address="192.0.2.1"))
    assert (await visitors.count("address"))["failures"] < 0.1


async def test_a_right_password_of_ones_own_does_not_reset_the_address(visitors: Visitors) -> None:
    own = visitors.people.new_email()
    await visitors.people.verified(own)
    for n in range(5):
        await visitors.login(f"nobody{n}@example.com", WRONG, address="192.0.2.1")
        token_of(await visitors.login(own, address="192.0.2.1"))
    answers = await spread(visitors, ["192.0.2.1"] * 2)
    assert answers == ["CREDENTIALS_INVALID", "LOGIN_LOCKED"]


async def test_a_refused_network_locks_nobodys_account(visitors: Visitors) -> None:
    victim = visitors.people.new_email()
    await visitors.people.verified(victim)
    await spread(visitors, ["192.0.2.1"] * 7)
    for _ in range(12):
        assert await visitors.login(victim, WRONG, address="192.0.2.1") == "LOGIN_LOCKED"
    assert token_of(await visitors.login(victim))


async def register(visitors: Visitors, address: str) -> str:
    """A registration of a new address; how it was answered."""
    request = pb.RegisterRequest(
        email=visitors.people.new_email(), password=PASSWORD, first_name="Ada", last_name="Byron"
    )
    metadata = [("x-inergize-client-address", address)]
    try:
        await visitors.people.stub.Register(request, metadata=metadata)
    except grpc.aio.AioRpcError as refused:
        return str(error_info(refused).reason).removeprefix("ERROR_REASON_")
    return "registered"


async def test_one_place_cannot_have_everybody_mailed(start_room: Any) -> None:
    limits = AuthSettings(register_address_requests=3, register_network_requests=5)
    room = await start_room("auth", build, auth=limits)
    visitors = Visitors(People(room, AuthServiceStub(room.channel)))
    one = [await register(visitors, "192.0.2.1") for _ in range(4)]
    assert one == ["registered"] * 3 + ["TOO_MANY_REQUESTS"]
    others = [await register(visitors, f"192.0.2.{n}") for n in range(2, 5)]
    assert others == ["registered"] * 2 + ["TOO_MANY_REQUESTS"]
    assert await register(visitors, "192.0.3.1") == "registered"
    assert len(await visitors.people.messages()) == 6
    assert await visitors.login("nobody@example.com", WRONG, address="192.0.2.1") == (
        "CREDENTIALS_INVALID"
    )
