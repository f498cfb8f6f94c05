"""Setting second factors up and taking them away."""

import asyncio
import json
from functools import partial
from typing import Any

import pyotp
import pytest
from grpc import StatusCode
from inergize.auth.v1 import auth_mfa_pb2 as mfa
from inergize.auth.v1 import auth_service_pb2 as pb
from inergize.auth.v1.auth_service_pb2_grpc import AuthServiceStub

from services.auth.__main__ import build
from tests.integration.auth.conftest import People, refusal
from tests.integration.auth.mfa.conftest import (
    BACKUP,
    EMAIL,
    NUMBER,
    SMS,
    TOTP,
    Member,
    labels,
    wrong,
)
from tests.support.races import race, refusals, winners
from tests.support.replies import bad_request, error_info
from tests.support.waiting import eventually

PNG = b"\x89PNG\r\n\x1a\n"
DOT = "\u2022"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


async def listed(member: Member) -> mfa.ListMfaMethodsResponse:
    reply = await member.stub.ListMfaMethods(mfa.ListMfaMethodsRequest(), metadata=member.me)
    assert isinstance(reply, mfa.ListMfaMethodsResponse)
    return reply


async def disable(member: Member, method_id: str) -> None:
    request = mfa.DisableMfaRequest(method_id=method_id)
    await member.stub.DisableMfa(request, metadata=member.me)


async def reason(call: Any) -> str:
    return str(error_info(await refusal(call)).reason)


async def open_sessions(member: Member) -> set[str]:
    query = "SELECT id::text FROM auth.user_sessions WHERE user_id = $1 AND is_active"
    return {row["id"] for row in await member.people.room.admin.fetch(query, member.user_id)}


async def test_authenticator_app_agrees_with_link_and_secret(member: Member) -> None:
    begun = await member.enrol(TOTP)
    app = pyotp.parse_uri(begun.otpauth_uri)
    assert labels(begun.otpauth_uri) == f"InErgize:{member.email}"
    assert (app.issuer, app.name, app.digits) == ("InErgize", member.email, 6)
    assert app.secret == begun.secret
    assert len(app.byte_secret()) == 20
    assert begun.qr_png.startswith(PNG)
    assert not begun.method.is_enabled
    confirmed = await member.confirm(begun.method.method_id, pyotp.TOTP(begun.secret).now())
    assert confirmed.method.is_enabled


async def test_first_method_alone_comes_with_ten_backup_codes(member: Member) -> None:
    first = await member.add_totp()
    second = await member.add_sending(EMAIL)
    assert len(set(first.backup_codes)) == 10
    assert [code.partition("-")[0] for code in first.backup_codes] == [
        str(place) for place in range(1, 11)
    ]
    assert not second.backup_codes
    assert (await listed(member)).backup_codes_left == 10


async def test_method_that_is_begun_again_forgets_its_first_secret(member: Member) -> None:
    first, second = await member.enrol(TOTP), await member.enrol(TOTP)
    method_id = second.method.method_id
    assert first.method.method_id == method_id
    given = pyotp.TOTP(first.secret).now()
    assert await reason(member.confirm(method_id, given)) == "ERROR_REASON_MFA_CODE_INVALID"
    assert (await member.confirm(method_id, pyotp.TOTP(second.secret).now())).method.is_enabled


async def test_method_that_is_on_cannot_be_begun_again(member: Member) -> None:
    await member.add_totp()
    refused = await refusal(member.enrol(TOTP))
    assert refused.code() is StatusCode.ALREADY_EXISTS
    assert error_info(refused).reason == "ERROR_REASON_MFA_METHOD"
    assert dict(error_info(refused).metadata) == {"rule": "already_enabled"}


async def test_number_is_asked_for_with_sms_and_with_nothing_else(member: Member) -> None:
    for kind, fields in ((SMS, {}), (TOTP, {"phone_number": NUMBER})):
        refused = await refusal(member.enrol(kind, **fields))
        assert refused.code() is StatusCode.INVALID_ARGUMENT
        assert set(bad_request(refused)) == {"phone_number"}


async def test_no_sms_where_no_provider_is_set(start_room: Any) -> None:
    room = await start_room("auth", build)
    people = People(room, AuthServiceStub(room.channel))
    email = people.new_email()
    member = Member(people, email, await people.verified(email), await people.login(email))
    refused = await refusal(member.enrol(SMS, phone_number=NUMBER))
    assert refused.code() is StatusCode.FAILED_PRECONDITION
    assert dict(error_info(refused).metadata) == {"rule": "not_offered"}


@pytest.mark.parametrize(
    ("kind", "fields", "topic", "sent_to"),
    [
        (SMS, {"phone_number": NUMBER}, "sms", f"+{DOT * 11}89"),
        (EMAIL, {}, "mail", f"p{DOT * 3}@example.com"),
    ],
)
async def test_code_is_sent_and_switches_the_method_on(
    member: Member, kind: int, fields: dict[str, str], topic: str, sent_to: str
) -> None:
    begun = await member.enrol(kind, **fields)
    assert begun.method.sent_to == sent_to
    assert not begun.otpauth_uri
    [message] = await member.sent()
    assert (message.topic, message.payload["to"]) == (
        topic,
        fields.get("phone_number", member.email),
    )
    assert message.secret not in json.dumps(dict(message.payload))
    method_id = begun.method.method_id
    refused = member.confirm(method_id, wrong(message.secret))
    assert await reason(refused) == "ERROR_REASON_MFA_CODE_INVALID"
    assert (await member.confirm(method_id, message.secret)).method.sent_to == sent_to


async def test_five_wrong_codes_end_an_enrolment(member: Member) -> None:
    begun = await member.enrol(TOTP)
    right = pyotp.TOTP(begun.secret).now()
    for _ in range(5):
        refused = member.confirm(begun.method.method_id, wrong(right))
        assert await reason(refused) == "ERROR_REASON_MFA_CODE_INVALID"
    refused = member.confirm(begun.method.method_id, right)
    assert await reason(refused) == "ERROR_REASON_MFA_CHALLENGE_ENDED"
    assert not (await listed(member)).methods[0].is_enabled


async def test_expired_enrolment_confirms_nothing(member: Member) -> None:
    begun = await member.enrol(TOTP)
    await member.people.room.admin.execute("UPDATE auth.mfa_challenges SET expires_at = now()")
    refused = member.confirm(begun.method.method_id, pyotp.TOTP(begun.secret).now())
    assert await reason(refused) == "ERROR_REASON_MFA_CHALLENGE_ENDED"


async def test_only_the_session_that_began_it_confirms(member: Member, make_member: Any) -> None:
    begun = await member.enrol(TOTP)
    code = pyotp.TOTP(begun.secret).now()
    elsewhere = Member(
        member.people, member.email, member.user_id, await member.people.login(member.email)
    )
    refused = elsewhere.confirm(begun.method.method_id, code)
    assert await reason(refused) == "ERROR_REASON_MFA_CHALLENGE_ENDED"
    stranger = await make_member()
    refused = stranger.confirm(begun.method.method_id, code)
    assert await reason(refused) == "ERROR_REASON_NOT_FOUND"
    assert (await member.confirm(begun.method.method_id, code)).method.is_enabled


async def test_switching_on_ends_the_other_sessions_and_raises_this_one(member: Member) -> None:
    await member.people.login(member.email)
    assert len(await open_sessions(member)) == 2
    await member.add_totp()
    assert await open_sessions(member) == {member.tokens.session_id}
    row = await member.people.room.admin.fetchrow(
        "SELECT auth_level, (SELECT array_agg(DISTINCT revoke_reason) FROM auth.user_sessions"
        " WHERE user_id = $1 AND NOT is_active) AS why FROM auth.user_sessions"
        " WHERE user_id = $1 AND is_active",
        member.user_id,
    )
    assert row is not None
    assert (row["auth_level"], row["why"]) == (2, ["mfa_change"])


async def test_no_session_begins_beside_a_method_that_was_just_switched_on(member: Member) -> None:
    """The password was right while there was none: the account's row decides who was first."""
    admin = member.people.room.admin
    await member.enrol(TOTP)
    before = await open_sessions(member)
    async with admin.transaction():
        await admin.execute("SELECT FROM auth.users WHERE id = $1 FOR UPDATE", member.user_id)
        login = asyncio.create_task(member.login())
        await eventually(lambda: admin.fetchval(WAITING))
        await admin.execute("UPDATE auth.user_mfa SET is_enabled = true")
    assert await reason(login) == "ERROR_REASON_CREDENTIALS_INVALID"
    assert await open_sessions(member) == before


async def test_list_masks_and_counts(member: Member) -> None:
    await member.add_totp()
    await member.enrol(SMS, phone_number=NUMBER)
    found = await listed(member)
    assert [(one.kind, one.is_enabled, one.sent_to) for one in found.methods] == [
        (TOTP, True, ""),
        (SMS, False, f"+{DOT * 11}89"),
    ]
    assert found.backup_codes_left == 10


async def test_switching_off_keeps_the_codes_with_what_is_left(member: Member) -> None:
    await member.add_totp()
    email_id = (await member.add_sending(EMAIL)).method.method_id
    await member.people.messages()
    await disable(member, member.totp_id)
    found = await listed(member)
    assert [one.method_id for one in found.methods] == [email_id]
    assert found.backup_codes_left == 10
    [mail] = await member.sent()
    assert mail.payload["template"] == "mfa_changed"
    assert mail.payload["params"]["change"] == "disabled"
    await disable(member, email_id)
    assert (await listed(member)).backup_codes_left == 0
    assert (await member.login()).HasField("tokens")


async def test_switching_off_ends_the_other_sessions(member: Member) -> None:
    await member.add_totp()
    token = await member.challenge()
    await member.complete(token, TOTP, member.app_code())
    assert len(await open_sessions(member)) == 2
    await disable(member, member.totp_id)
    assert await open_sessions(member) == {member.tokens.session_id}


async def test_taking_back_what_was_only_begun_ends_nothing(member: Member) -> None:
    await member.people.login(member.email)
    begun = await member.enrol(TOTP)
    await disable(member, begun.method.method_id)
    assert len(await open_sessions(member)) == 2
    assert not await member.sent()
    assert not (await listed(member)).methods


async def test_others_methods_are_not_found(member: Member, make_member: Any) -> None:
    await member.add_totp()
    stranger = await make_member()
    refused = await refusal(disable(stranger, member.totp_id))
    assert refused.code() is StatusCode.NOT_FOUND
    assert (await member.login()).HasField("mfa_challenge")


async def test_new_backup_codes_replace_the_old(member: Member) -> None:
    request = mfa.RegenerateBackupCodesRequest()
    refused = await refusal(member.stub.RegenerateBackupCodes(request, metadata=member.me))
    assert refused.code() is StatusCode.FAILED_PRECONDITION
    old = (await member.add_totp()).backup_codes
    await member.sent()
    new = (await member.stub.RegenerateBackupCodes(request, metadata=member.me)).backup_codes
    assert len(new) == 10
    assert not set(old) & set(new)
    [mail] = await member.sent()
    assert mail.payload["params"]["change"] == "backup_codes"


async def test_one_user_makes_one_set_of_backup_codes_at_once(member: Member) -> None:
    """Each takes as long as ten sign-ins, and there are few places to hash in."""
    await member.add_totp()
    request = mfa.RegenerateBackupCodesRequest()
    regenerate = partial(member.stub.RegenerateBackupCodes, request, metadata=member.me)
    outcomes = await race(6, regenerate)
    [made] = winners(outcomes)
    assert refusals(outcomes) == {"ERROR_REASON_LOGIN_BUSY": 5}
    done = await member.complete(await member.challenge(), BACKUP, made.backup_codes[0])
    assert done.backup_codes_left == 9


async def test_account_says_whether_a_second_factor_is_on(member: Member) -> None:
    request = pb.GetCurrentUserRequest()
    assert not (await member.stub.GetCurrentUser(request, metadata=member.me)).user.is_mfa_enabled
    await member.enrol(TOTP)
    assert not (await member.stub.GetCurrentUser(request, metadata=member.me)).user.is_mfa_enabled
    await member.add_totp()
    assert (await member.stub.GetCurrentUser(request, metadata=member.me)).user.is_mfa_enabled


async def test_nothing_secret_is_stored_or_logged_in_clear(member: Member) -> None:
    begun = await member.enrol(TOTP)
    confirmed = await member.confirm(begun.method.method_id, pyotp.TOTP(begun.secret).now())
    token = await member.challenge()
    admin = member.people.room.admin
    rows = [
        dict(row)
        for table in ("user_mfa", "mfa_challenges", "audit_log", "outbox")
        for row in await admin.fetch(f"SELECT * FROM auth.{table}")
    ]
    text = repr(rows)
    raw = pyotp.TOTP(begun.secret).byte_secret()
    for secret in (begun.secret, repr(raw)[2:-1], raw.hex(), token, *confirmed.backup_codes):
        assert secret not in text
    words = [code.partition("-")[2].replace("-", "") for code in confirmed.backup_codes]
    assert not [word for word in words if word in text]
    kept = await admin.fetchval("SELECT backup_codes FROM auth.user_mfa")
    assert all(code.startswith("$argon2id$") for code in kept)


async def test_audit_log_tells_what_happened(member: Member) -> None:
    await member.add_totp()
    await disable(member, member.totp_id)
    rows = await member.people.room.admin.fetch(
        "SELECT new_data FROM auth.audit_log WHERE table_name = 'security' AND user_id = $1"
        " ORDER BY id",
        member.user_id,
    )
    events = [json.loads(row["new_data"])["event"] for row in rows]
    assert [event for event in events if event.startswith("mfa")] == ["mfa_enabled", "mfa_disabled"]
