"""Signing in with a second factor, each way, and with what must not let anybody in."""

from typing import Any

import pyotp
import pytest
from grpc import StatusCode
from inergize.auth.v1 import auth_mfa_pb2 as mfa
from inergize.auth.v1 import auth_service_pb2 as pb

from tests.integration.auth.conftest import bearer, refusal
from tests.integration.auth.mfa.conftest import (
    BACKUP,
    EMAIL,
    NUMBER,
    SMS,
    TOTP,
    Member,
    wrong,
)
from tests.support.replies import error_info

LETTERS = str.maketrans("01", "OL")


async def reason(call: Any) -> str:
    refused = await refusal(call)
    assert refused.code() is StatusCode.UNAUTHENTICATED
    return str(error_info(refused).reason)


async def backup_codes(member: Member) -> list[str]:
    return list((await member.add_totp()).backup_codes)


async def test_sign_in_with_an_authenticator_app(member: Member) -> None:
    await member.add_totp()
    reply = await member.login()
    assert not reply.HasField("tokens")
    assert not reply.device_token
    challenge = reply.mfa_challenge
    assert list(challenge.methods) == [TOTP, BACKUP]
    assert (challenge.sent_by, challenge.sent_to) == (0, "")
    done = await member.complete(challenge.challenge_token, TOTP, member.app_code())
    assert done.device_token
    request = pb.GetCurrentUserRequest()
    user = (await member.stub.GetCurrentUser(request, metadata=bearer(done.tokens))).user
    assert user.user_id == str(member.user_id)
    row = await member.people.room.admin.fetchrow(
        "SELECT auth_level, device_info FROM auth.user_sessions WHERE id = $1::text::uuid",
        done.tokens.session_id,
    )
    assert row is not None
    assert row["auth_level"] == 2
    assert "Laptop" in row["device_info"]


@pytest.mark.parametrize(
    ("kind", "fields", "topic"), [(SMS, {"phone_number": NUMBER}, "sms"), (EMAIL, {}, "mail")]
)
async def test_sign_in_with_a_code_that_is_sent(
    member: Member, kind: int, fields: dict[str, str], topic: str
) -> None:
    await member.add_sending(kind, **fields)
    await member.sent()
    challenge = (await member.login()).mfa_challenge
    assert challenge.sent_by == kind
    assert "\u2022" in challenge.sent_to
    [message] = await member.sent()
    assert message.topic == topic
    done = await member.complete(challenge.challenge_token, kind, message.secret)
    assert done.tokens.access_token


async def test_every_backup_code_is_good_once(member: Member) -> None:
    codes = await backup_codes(member)
    await member.sent()
    done = await member.complete(await member.challenge(), BACKUP, codes[2])
    assert done.backup_codes_left == 9
    [mail] = [m for m in await member.sent() if m.payload["template"] == "backup_code_used"]
    assert mail.payload["params"]["codes_left"] == 9
    again = member.complete(await member.challenge(), BACKUP, codes[2])
    assert await reason(again) == "ERROR_REASON_MFA_CODE_INVALID"
    typed = codes[9].upper().translate(LETTERS).replace("-", " ")
    done = await member.complete(await member.challenge(), BACKUP, typed)
    assert done.backup_codes_left == 8


async def test_backup_code_is_good_at_its_own_position_only(member: Member) -> None:
    codes = await backup_codes(member)
    _, _, word = codes[0].partition("-")
    for given in (f"2-{word}", f"11-{word}", f"0-{word}", word, f"1-{word[:-1]}", "1" * 40):
        refused = member.complete(await member.challenge(), BACKUP, given)
        assert await reason(refused) == "ERROR_REASON_MFA_CODE_INVALID"


async def test_code_of_an_app_is_good_once(member: Member) -> None:
    await member.add_totp()
    code = member.app_code()
    await member.complete(await member.challenge(), TOTP, code)
    again = member.complete(await member.challenge(), TOTP, code)
    assert await reason(again) == "ERROR_REASON_MFA_CODE_INVALID"


async def test_code_that_switched_the_app_on_does_not_sign_in(member: Member) -> None:
    begun = await member.enrol(TOTP)
    code = pyotp.TOTP(begun.secret).now()
    await member.confirm(begun.method.method_id, code)
    refused = member.complete(await member.challenge(), TOTP, code)
    assert await reason(refused) == "ERROR_REASON_MFA_CODE_INVALID"


async def test_clock_of_an_app_may_be_half_a_minute_wrong_and_no_more(member: Member) -> None:
    await member.add_totp()
    assert member.totp is not None
    admin = member.people.room.admin
    for steps, is_right in ((-1, True), (1, True), (-3, False), (3, False)):
        await member.forget_steps()
        now = await admin.fetchval("SELECT extract(epoch FROM now())::float8")
        code = member.totp.at(int(now) + 30 * steps)
        completing = member.complete(await member.challenge(), TOTP, code)
        if is_right:
            assert (await completing).tokens.access_token
        else:
            assert await reason(completing) == "ERROR_REASON_MFA_CODE_INVALID"


async def test_challenge_is_good_once(member: Member) -> None:
    await member.add_totp()
    token = await member.challenge()
    await member.complete(token, TOTP, member.app_code())
    await member.forget_steps()
    refused = member.complete(token, TOTP, member.app_code())
    assert await reason(refused) == "ERROR_REASON_MFA_CHALLENGE_ENDED"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE auth.mfa_challenges SET expires_at = now()",
        "UPDATE auth.users SET password_changed_at = now()",
        "UPDATE auth.users SET is_active = false",
    ],
)
async def test_challenge_ends_with_its_time_its_password_and_its_account(
    member: Member, change: str
) -> None:
    await member.add_totp()
    token = await member.challenge()
    await member.people.room.admin.execute(change)
    refused = member.complete(token, TOTP, member.app_code())
    assert await reason(refused) == "ERROR_REASON_MFA_CHALLENGE_ENDED"


async def test_unknown_challenge_and_that_of_an_enrolment_have_ended(member: Member) -> None:
    begun = await member.enrol(EMAIL)
    code = await member.code()
    for token in ("x" * 43, begun.method.method_id):
        refused = member.complete(token, EMAIL, code)
        assert await reason(refused) == "ERROR_REASON_MFA_CHALLENGE_ENDED"


async def test_codes_are_good_for_their_own_challenge_way_and_user(
    member: Member, make_member: Any
) -> None:
    await member.add_totp()
    await member.add_sending(EMAIL)
    await member.add_sending(SMS, phone_number=NUMBER)
    first, second = await member.challenge(), await member.challenge()
    await member.resend(first, EMAIL)
    code = await member.code()
    stranger = await make_member()
    await stranger.add_totp()
    for token, kind, given in (
        (second, EMAIL, code),  # another challenge
        (first, SMS, code),  # another way
        (first, TOTP, code),
        (first, BACKUP, code),
        (await stranger.challenge(), TOTP, member.app_code()),  # another user
    ):
        refused = member.complete(token, kind, given)
        assert await reason(refused) == "ERROR_REASON_MFA_CODE_INVALID"
    assert (await member.complete(first, EMAIL, code)).tokens.access_token


async def test_method_that_was_switched_off_answers_no_challenge(member: Member) -> None:
    await member.add_totp()
    await member.add_sending(EMAIL)
    token = await member.challenge()
    request = mfa.DisableMfaRequest(method_id=member.totp_id)
    await member.stub.DisableMfa(request, metadata=member.me)
    refused = member.complete(token, TOTP, member.app_code())
    assert await reason(refused) == "ERROR_REASON_MFA_CODE_INVALID"


async def test_wrong_password_looks_the_same_with_a_second_factor(
    member: Member, make_member: Any
) -> None:
    await member.add_totp()
    plain = await make_member()
    refusals = []
    for email in (member.email, plain.email, "nobody@example.com"):
        request = pb.LoginRequest(email=email, password="not the password")
        refusals.append(await refusal(member.stub.Login(request)))
    told = {(one.code(), one.details(), str(error_info(one))) for one in refusals}
    assert len(told) == 1


async def test_login_challenge_proves_no_session(member: Member) -> None:
    await member.add_totp()
    await member.people.room.admin.execute(
        "UPDATE auth.user_sessions SET authenticated_at = now() - interval '1 hour'"
    )
    member.tokens.CopyFrom(await member.people.refresh(member.tokens.refresh_token))
    token = await member.challenge()
    done = await member.complete(token, TOTP, member.app_code(), member.me)
    assert done.tokens.session_id != member.tokens.session_id
    request = mfa.RegenerateBackupCodesRequest()
    refused = await refusal(member.stub.RegenerateBackupCodes(request, metadata=member.me))
    assert error_info(refused).reason == "ERROR_REASON_REAUTHENTICATION_REQUIRED"


async def test_wrong_code_is_told_to_the_audit_log_without_the_code(member: Member) -> None:
    await member.add_totp()
    given = wrong(member.app_code())
    await refusal(member.complete(await member.challenge(), TOTP, given))
    row = await member.people.room.admin.fetchrow(
        "SELECT new_data::text AS said FROM auth.audit_log"
        " WHERE table_name = 'security' ORDER BY id DESC LIMIT 1"
    )
    assert row is not None
    assert "mfa_code_refused" in row["said"]
    assert given not in row["said"]
