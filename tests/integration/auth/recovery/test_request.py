"""Asking for a new password tells nothing, and mails its owner in growing gaps."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from grpc import StatusCode
from inergize.auth.v1 import auth_passwords_pb2 as pb

from services.auth.__main__ import build
from services.kernel.config import AuthSettings
from tests.integration.auth.conftest import People, refusal
from tests.integration.auth.recovery.conftest import Forgetful
from tests.support.replies import error_info, retry_seconds

TOKENS = "SELECT count(*) FROM auth.one_time_tokens WHERE purpose = 'reset_password'"
AGE = (
    "UPDATE auth.one_time_tokens SET created_at = created_at - $1::text::interval,"
    " expires_at = expires_at - $1::text::interval WHERE purpose = 'reset_password'"
)


async def test_the_owner_is_mailed_a_token(forgetful: Forgetful, people: People) -> None:
    email = await forgetful.person()
    await forgetful.ask(email.upper())
    (mail,) = await people.messages()
    assert (mail.payload["template"], mail.payload["to"]) == ("reset_password", email)
    assert len(mail.secret) >= 43
    row = await people.room.admin.fetchrow(
        "SELECT bound_to, extract(epoch FROM expires_at - created_at)::float8 AS seconds,"
        " one_time_tokens::text AS everything FROM auth.one_time_tokens"
        " WHERE purpose = 'reset_password'"
    )
    assert row is not None
    assert (row["bound_to"], row["seconds"]) == (email, 3600)
    assert mail.secret not in row["everything"]


async def test_unknown_and_suspended_addresses_get_the_same_answer_and_no_mail(
    forgetful: Forgetful, people: People
) -> None:
    email = await forgetful.person()
    await people.room.admin.execute("UPDATE auth.users SET is_active = false")
    for address in (email, "nobody@example.com"):
        request = pb.RequestPasswordResetRequest(email=address)
        assert await people.stub.RequestPasswordReset(request) == pb.RequestPasswordResetResponse()
    assert await people.messages() == []
    assert await people.room.admin.fetchval(TOKENS) == 0


async def test_an_unproved_address_is_mailed_for_a_week(
    forgetful: Forgetful, people: People
) -> None:
    email = people.new_email()
    await people.register(email)
    await people.messages()
    await forgetful.ask(email)
    assert await forgetful.templates() == ["reset_password"]
    await people.room.admin.execute(AGE, "1 day")
    await people.room.admin.execute("UPDATE auth.users SET created_at = now() - interval '8 days'")
    await forgetful.ask(email)
    assert await forgetful.templates() == []


async def test_gaps_between_mails_double_up_to_an_hour(forgetful: Forgetful) -> None:
    email = await forgetful.person()
    await forgetful.ask(email)
    await forgetful.templates()
    mailed_after = [0]
    for minutes in range(1, 250):
        await forgetful.people.room.admin.execute(AGE, "1 minute")
        if minutes in {1, 2, 3, 7, 8, 14, 15, 16, 30, 31, 62, 63, 122, 123, 182, 183}:
            await forgetful.ask(email)
            if await forgetful.templates():
                mailed_after.append(minutes)
    assert mailed_after == [0, 1, 3, 7, 15, 31, 63, 123, 183]
    gaps = [later - earlier for earlier, later in pairwise(mailed_after)]
    assert gaps == [1, 2, 4, 8, 16, 32, 60, 60]


async def test_many_requests_at_once_mail_once(forgetful: Forgetful) -> None:
    email = await forgetful.person()
    await asyncio.gather(*(forgetful.ask(email) for _ in range(20)))
    assert await forgetful.templates() == ["reset_password"]


async def test_a_newer_token_makes_the_earlier_one_worthless(
    forgetful: Forgetful, people: People
) -> None:
    email = await forgetful.person()
    first = await forgetful.token(email)
    await people.room.admin.execute(AGE, "61 seconds")
    second = await forgetful.token(email)
    refused = await refusal(forgetful.reset(first))
    assert error_info(refused).reason == "ERROR_REASON_TOKEN_INVALID"
    await forgetful.reset(second)


@pytest.mark.parametrize(
    "addresses", [["192.0.2.1"] * 4, [f"192.0.2.{n}" for n in range(6)]], ids=["one", "network"]
)
async def test_one_place_may_ask_so_often(start_room: Any, addresses: list[str]) -> None:
    from inergize.auth.v1.auth_service_pb2_grpc import AuthServiceStub  # noqa: PLC0415

    limits = AuthSettings(reset_address_requests=3, reset_network_requests=5)
    room = await start_room("auth", build, auth=limits)
    forgetful = Forgetful(People(room, AuthServiceStub(room.channel)))
    for n, address in enumerate(addresses[:-1]):
        await forgetful.ask(f"nobody{n}@example.com", address)
    refused = await refusal(forgetful.ask("nobody@example.com", addresses[-1]))
    assert refused.code() is StatusCode.RESOURCE_EXHAUSTED
    assert error_info(refused).reason == "ERROR_REASON_TOO_MANY_REQUESTS"
    assert retry_seconds(refused) > 60
    await forgetful.ask("nobody@example.com", "198.51.100.1")
