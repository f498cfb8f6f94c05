"""Registering tells nothing about who has an account."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
from grpc import StatusCode
from inergize.auth.v1 import auth_service_pb2 as pb

from services.auth.__main__ import build
from services.auth.tokens import invitation
from services.kernel.config import CryptoSettings
from services.kernel.crypto import Keys
from tests.integration.auth.conftest import People, refusal
from tests.support.replies import bad_request, error_info
from tests.support.rooms import RunningRoom

ACCOUNTS = "SELECT count(*) FROM auth.users"


async def test_registering_enters_account_tokens_and_messages_together(people: People) -> None:
    registered = await people.register("ada@example.com", language="de")
    mails = await people.messages()
    assert [mail.payload for mail in mails] == [
        {
            "to": "ada@example.com",
            "template": "verify_email",
            "language": "de",
            "params": {"first_name": "Ada"},
        }
    ]
    rows = await people.room.admin.fetch(
        "SELECT purpose, bound_to FROM auth.one_time_tokens ORDER BY purpose"
    )
    assert [tuple(row) for row in rows] == [
        ("registration", "ada@example.com"),
        ("verify_email", "ada@example.com"),
    ]
    welcome = await people.room.admin.fetchrow(
        "SELECT queue, payload FROM auth.outbox WHERE topic = 'initialize_user'"
    )
    assert welcome is not None
    assert welcome["queue"] == "high"
    assert registered.user_id in welcome["payload"]


async def test_nothing_secret_is_stored_in_clear(people: People, admin: asyncpg.Connection) -> None:
    registered = await people.register("ada@example.com")
    token = await people.mailed_token()
    await people.stub.VerifyEmail(pb.VerifyEmailRequest(token=token))
    tokens = await people.login("ada@example.com")
    secrets = (
        *(registered.registration_token, token, "correct horse battery staple"),
        *(tokens.access_token, tokens.refresh_token, tokens.refresh_token.split(".")[2]),
    )
    tables = ("users", "user_sessions", "one_time_tokens", "outbox", "jwt_keys", "audit_log")
    for table in tables:
        rows = await admin.fetch(f"SELECT t::text FROM auth.{table} AS t")
        dump = " ".join(row["t"] for row in rows)
        for secret in secrets:
            assert secret not in dump
            assert secret.encode().hex() not in dump
    redis = people.room.given.redis
    for key in await redis.keys("*"):
        value = str(await redis.get(key)) if await redis.type(key) == "string" else ""
        assert not any(secret in str(key) + value for secret in secrets)


async def test_taken_address_gets_an_answer_of_the_same_shape(people: People) -> None:
    fresh = await people.register("ada@example.com")
    await people.messages()
    taken = await people.register("ADA@example.com", first_name="Eve")
    assert UUID(taken.user_id).version == UUID(fresh.user_id).version
    assert taken.user_id != fresh.user_id
    assert len(taken.registration_token) == len(fresh.registration_token)
    assert await people.room.admin.fetchval(ACCOUNTS) == 1


async def test_owner_of_a_taken_address_is_told_once_an_hour(people: People) -> None:
    email = people.new_email()
    await people.verified(email)
    for _ in range(3):
        await people.register(email, first_name="Eve", language="fr")
    mails = await people.messages()
    assert [(mail.payload["template"], mail.payload["params"]) for mail in mails] == [
        ("address_taken", {"first_name": "Ada"})
    ]
    assert mails[0].secret == ""


async def test_dead_token_of_a_taken_address_mails_nobody(people: People, stub: Any) -> None:
    email = people.new_email()
    await people.register(email)
    await people.room.admin.execute(
        "UPDATE auth.one_time_tokens SET created_at = created_at - interval '1 day'"
    )
    taken = await people.register(email)
    await people.messages()
    request = pb.ResendVerificationRequest(registration_token=taken.registration_token)
    assert await stub.ResendVerification(request) == pb.ResendVerificationResponse()
    assert await people.messages() == []


async def test_abandoned_address_is_free_again(people: People) -> None:
    email = people.new_email()
    first = await people.register(email)
    await people.room.admin.execute("UPDATE auth.users SET created_at = now() - interval '25 h'")
    await people.messages()
    await people.register(email)
    # Its token still works, so the account may yet be proved.
    assert await people.room.admin.fetchval("SELECT id FROM auth.users") == UUID(first.user_id)
    await people.room.admin.execute("UPDATE auth.one_time_tokens SET expires_at = now()")
    second = await people.register(email)
    assert await people.room.admin.fetchval("SELECT id FROM auth.users") == UUID(second.user_id)


async def test_nothing_is_kept_of_an_abandoned_account(people: People) -> None:
    """Who owns the address may never have asked for an account."""
    email = people.new_email()
    first = await people.register(email)
    admin = people.room.admin
    await admin.execute("UPDATE auth.users SET created_at = now() - interval '25 h'")
    await admin.execute("UPDATE auth.one_time_tokens SET expires_at = now()")
    await people.register(email)
    named = "SELECT count(*) FROM auth.audit_log WHERE user_id = $1 OR old_data ->> 'id' = $1::text"
    assert await admin.fetchval(named, UUID(first.user_id)) == 0
    subjects = "SELECT count(*) FROM auth.audit_subjects WHERE user_id = $1"
    assert await admin.fetchval(subjects, UUID(first.user_id)) == 0
    said = "SELECT count(*) FROM auth.audit_log WHERE concat(old_data, new_data) LIKE $1"
    assert await admin.fetchval(said, f"%{email}%") == 1, "the second registration's"


async def test_proved_address_is_never_freed(people: People) -> None:
    email = people.new_email()
    user_id = await people.verified(email)
    await people.room.admin.execute("UPDATE auth.users SET created_at = now() - interval '9 days'")
    await people.register(email)
    assert await people.room.admin.fetchval("SELECT id FROM auth.users") == user_id


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("password1", "common"),
        ("Football1", "common"),
        ("e\u0301e\u0301e\u0301e\u0301", "length"),
        ("LinkedIn2026!", "personal"),
    ],
)
async def test_password_that_is_easily_guessed_is_refused(
    people: People, password: str, rule: str
) -> None:
    refused = await refusal(people.register(password=password))
    assert refused.code() is StatusCode.INVALID_ARGUMENT
    assert error_info(refused).reason == "ERROR_REASON_PASSWORD_UNACCEPTABLE"
    assert error_info(refused).metadata["rule"] == rule
    assert await people.room.admin.fetchval(ACCOUNTS) == 0


@pytest.mark.parametrize("zone", ["Mars/Olympus", "localtime", "../../etc/passwd", "Europe"])
async def test_unknown_time_zone_is_refused(people: People, zone: str) -> None:
    refused = await refusal(people.register(time_zone=zone))
    assert refused.code() is StatusCode.INVALID_ARGUMENT
    if "." in zone:
        assert "time_zone" in bad_request(refused)
    else:
        assert error_info(refused).reason == "ERROR_REASON_TIME_ZONE"
        assert error_info(refused).metadata["time_zone"] == zone


async def test_closed_registration_takes_nobody(start_room: Any) -> None:
    people = await _people(start_room, registration="closed")
    valid = invitation(people.room.given.keys, "ada@example.com")
    refused = await refusal(people.register("ada@example.com", invitation=valid))
    assert refused.code() is StatusCode.FAILED_PRECONDITION
    assert error_info(refused).reason == "ERROR_REASON_REGISTRATION_CLOSED"


async def test_invited_address_may_register_and_no_other(start_room: Any) -> None:
    people = await _people(start_room, registration="invitation")
    valid = invitation(people.room.given.keys, "ada@example.com")
    elsewhere = Keys(CryptoSettings(hash_keys=_other_keys()))
    for email, given in (
        ("ada@example.com", ""),
        ("eve@example.com", valid),
        ("ada@example.com", valid[:-1]),
        ("ada@example.com", "9" + valid),
        ("ada@example.com", invitation(elsewhere, "ada@example.com")),
    ):
        refused = await refusal(people.register(email, invitation=given))
        assert error_info(refused).reason == "ERROR_REASON_REGISTRATION_CLOSED"
    assert (await people.register("Ada@example.com", invitation=valid)).user_id
    assert await people.room.admin.fetchval(ACCOUNTS) == 1


def _other_keys() -> Any:
    return ({"id": "h1", "key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},)


async def _people(start_room: Any, **groups: Any) -> People:
    from inergize.auth.v1.auth_service_pb2_grpc import AuthServiceStub  # noqa: PLC0415

    room: RunningRoom = await start_room("auth", build, **groups)
    return People(room, AuthServiceStub(room.channel))
