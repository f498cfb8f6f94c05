"""Password checks at capacity: the excess is refused at once, everything else goes on."""

import asyncio
from collections import Counter
from typing import Any

import grpc
from grpc import StatusCode
from inergize.auth.v1 import auth_service_pb2 as pb

from services.auth.passwords import NETWORK_SHARE, QUEUE_FACTOR, checks_at_once
from tests.integration.auth.conftest import PASSWORD, People, bearer
from tests.support.races import refusals, winners
from tests.support.replies import error_info


def capacity(people: People) -> int:
    return checks_at_once(people.room.given.settings.auth) * QUEUE_FACTOR


async def sign_in(people: People, email: str, address: str = "") -> Any:
    """One sign-in from a client address; its answer or its refusal."""
    request = pb.LoginRequest(email=email, password=PASSWORD)
    metadata = [("x-inergize-client-address", address)] if address else []
    try:
        return await people.stub.Login(request, metadata=metadata)
    except grpc.aio.AioRpcError as refused:
        return refused


async def test_excess_logins_are_refused_and_the_rest_answered(people: People, stub: Any) -> None:
    emails = [people.new_email() for _ in range(capacity(people) // 2)]
    for email in emails:
        await people.verified(email)
    tokens = await people.login(emails[0])

    flood = [asyncio.ensure_future(sign_in(people, email)) for email in emails * 8]
    for _ in range(20):
        await stub.GetCurrentUser(pb.GetCurrentUserRequest(), metadata=bearer(tokens))
    answers = await asyncio.gather(*flood)

    assert len(winners(answers)) >= capacity(people)
    refused = [answer for answer in answers if isinstance(answer, grpc.aio.AioRpcError)]
    assert {error.code() for error in refused} == {StatusCode.RESOURCE_EXHAUSTED}
    assert "ERROR_REASON_LOGIN_BUSY" in refusals(answers)
    await asyncio.sleep(0)
    assert isinstance(await sign_in(people, emails[1]), pb.LoginResponse)


async def test_unknown_addresses_count_towards_capacity_alike(people: People) -> None:
    answers = await asyncio.gather(
        *(sign_in(people, f"nobody{n}@example.com") for n in range(capacity(people) * 5))
    )
    counted = Counter(error_info(answer).reason for answer in answers)
    assert set(counted) == {"ERROR_REASON_CREDENTIALS_INVALID", "ERROR_REASON_LOGIN_BUSY"}
    assert counted["ERROR_REASON_CREDENTIALS_INVALID"] >= capacity(people)


async def test_one_networks_flood_leaves_places_for_others(people: People) -> None:
    flood = [
        asyncio.ensure_future(sign_in(people, f"nobody{n}@example.com", f"192.0.2.{n}"))
        for n in range(capacity(people) * 5)
    ]
    others = [
        sign_in(people, f"somebody{n}@example.com", f"198.51.{n}.1")
        for n in range(capacity(people) // NETWORK_SHARE)
    ]
    answers = await asyncio.gather(*others)
    assert {error_info(a).reason for a in answers} == {"ERROR_REASON_CREDENTIALS_INVALID"}
    assert "ERROR_REASON_LOGIN_BUSY" in refusals(await asyncio.gather(*flood))
