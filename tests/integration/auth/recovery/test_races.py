"""Fifty redemptions of one secret at once, round after round: one winner each."""

import asyncio
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from inergize.auth.v1 import auth_passwords_pb2, auth_service_pb2

from services.auth.__main__ import build
from services.kernel.config import AuthSettings
from services.kernel.crypto import new_token
from tests.integration.auth.conftest import PASSWORD, People
from tests.integration.auth.recovery.conftest import BETTER, Forgetful
from tests.support.races import ROUNDS, race, refusals, winners
from tests.support.replies import error_info
from tests.support.rooms import RunningRoom
from tests.support.waiting import eventually

CROWD = 50
LOSERS_REASONS = {
    "ERROR_REASON_TOKEN_INVALID",
    "ERROR_REASON_LOGIN_BUSY",
    "ERROR_REASON_DEADLINE_EXCEEDED",  # eight hashes on a machine that others use, too
}


@pytest_asyncio.fixture
async def room(start_room: Any) -> RunningRoom:
    """One hash at a time, so that a crowd costs less."""
    running: RunningRoom = await start_room("auth", build, auth=AuthSettings(argon2_parallel=1))
    return running


async def new_secret(people: People, user_id: UUID, email: str, purpose: str) -> str:
    """A one-time token as the service stores it, without the mail."""
    token = new_token()
    stored = people.room.given.keys.hash_token(token)
    await people.room.admin.execute(
        "INSERT INTO auth.one_time_tokens"
        " (user_id, purpose, token_hash, hash_key_id, bound_to, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, now() + interval '1 hour')",
        *(user_id, purpose, stored.digest, stored.key_id, email),
    )
    return token


@pytest.fixture
async def person(people: People) -> tuple[UUID, str]:
    email = people.new_email()
    return await people.verified(email), email


async def test_one_verification_wins(people: People, person: tuple[UUID, str]) -> None:
    for _ in range(ROUNDS):
        token = await new_secret(people, *person, "verify_email")
        request = auth_service_pb2.VerifyEmailRequest(token=token)
        outcomes = await race(CROWD, partial(people.stub.VerifyEmail, request))
        assert len(winners(outcomes)) == 1
        assert refusals(outcomes) == {"ERROR_REASON_TOKEN_INVALID": CROWD - 1}


async def test_one_reset_wins(people: People, person: tuple[UUID, str]) -> None:
    user_id, _ = person
    hash_now = "SELECT password_hash FROM auth.users WHERE id = $1"
    for _ in range(ROUNDS):
        before = await people.room.admin.fetchval(hash_now, user_id)
        token = await new_secret(people, *person, "reset_password")
        request = auth_passwords_pb2.ResetPasswordRequest(token=token, new_password=BETTER)
        outcomes = await race(CROWD, partial(people.stub.ResetPassword, request))
        assert len(winners(outcomes)) == 1
        assert set(refusals(outcomes)) <= LOSERS_REASONS
        assert await people.room.admin.fetchval(hash_now, user_id) != before
    told = [m for m in await people.messages() if m.payload["template"] == "password_changed"]
    assert len(told) == ROUNDS


async def test_one_mail_answers_a_crowd_with_a_registration_token(people: People) -> None:
    registered = await people.register()
    await people.messages()
    request = auth_service_pb2.ResendVerificationRequest(
        registration_token=registered.registration_token
    )
    for _ in range(ROUNDS):
        # Due again: the gap since the last mail is over.
        await people.room.admin.execute(
            "UPDATE auth.one_time_tokens SET created_at = created_at - interval '2 hours'"
            " WHERE purpose = 'verify_email'"
        )
        await race(CROWD, lambda: people.stub.ResendVerification(request))
        assert len(await people.messages()) == 1


async def test_a_sign_in_with_the_former_password_does_not_outlive_the_reset(
    people: People, forgetful: Forgetful, person: tuple[UUID, str]
) -> None:
    """Its password was checked before the reset, its session would begin afterwards."""
    user_id, email = person
    token = await new_secret(people, user_id, email, "reset_password")
    admin: Any = people.room.admin
    async with admin.transaction():
        await admin.execute("SELECT id FROM auth.users WHERE id = $1 FOR UPDATE", user_id)
        waiting = "SELECT count(*) = $1 FROM pg_locks WHERE NOT granted"
        first = asyncio.ensure_future(race(1, lambda: forgetful.reset(token)))
        await eventually(lambda: admin.fetchval(waiting, 1))
        request = auth_service_pb2.LoginRequest(email=email, password=PASSWORD)
        second = asyncio.ensure_future(race(1, lambda: people.stub.Login(request)))
        await eventually(lambda: admin.fetchval(waiting, 2))
    assert len(winners(await first)) == 1
    (refused,) = await second
    assert error_info(refused).reason == "ERROR_REASON_CREDENTIALS_INVALID"
    assert await forgetful.live_sessions(email) == set()
