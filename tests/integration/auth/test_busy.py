"""Password checks at capacity: the excess is refused at once, everything else goes on."""

import asyncio
from typing import Any

import grpc
from grpc import StatusCode
from inergize.auth.v1 import auth_service_pb2 as pb

from services.auth.passwords import QUEUE_FACTOR
from tests.integration.auth.conftest import People, bearer, refusal
from tests.support.replies import error_info


async def test_excess_logins_are_refused_and_the_rest_answered(people: People, stub: Any) -> None:
    email = people.new_email()
    await people.verified(email)
    tokens = await people.login(email)
    capacity = people.room.given.settings.auth.argon2_parallel * QUEUE_FACTOR

    flood = [asyncio.ensure_future(people.login(email)) for _ in range(capacity * 4)]
    for _ in range(20):
        await stub.GetCurrentUser(pb.GetCurrentUserRequest(), metadata=bearer(tokens))
    answers = await asyncio.gather(*flood, return_exceptions=True)

    refused = [answer for answer in answers if isinstance(answer, grpc.aio.AioRpcError)]
    assert len(answers) - len(refused) >= capacity
    assert {error.code() for error in refused} == {StatusCode.RESOURCE_EXHAUSTED}
    assert {error_info(error).reason for error in refused} == {"ERROR_REASON_LOGIN_BUSY"}
    assert (await people.login(email)).access_token


async def test_unknown_addresses_count_towards_capacity_alike(people: People) -> None:
    answers = await asyncio.gather(
        *(refusal(people.login("nobody@example.com")) for _ in range(40))
    )
    reasons = {error_info(answer).reason for answer in answers}
    assert reasons == {"ERROR_REASON_CREDENTIALS_INVALID", "ERROR_REASON_LOGIN_BUSY"}
