"""Proving oneself again in a running session."""

import json
from typing import Any

import pytest
from grpc import StatusCode
from inergize.auth.v1 import auth_mfa_pb2 as mfa
from inergize.auth.v1 import auth_pb2
from inergize.auth.v1 import auth_service_pb2 as pb

from services.kernel.sessions import session_key
from tests.integration.auth.conftest import PASSWORD, bearer, refusal
from tests.integration.auth.mfa.conftest import BACKUP, EMAIL, TOTP, Member
from tests.support.replies import error_info

AGE = "UPDATE auth.user_sessions SET authenticated_at = now() - interval '11 minutes'"
NEEDED = "ERROR_REASON_REAUTHENTICATION_REQUIRED"


async def prove(member: Member, password: str = PASSWORD) -> mfa.ReauthenticateResponse:
    request = mfa.ReauthenticateRequest(password=password)
    reply = await member.stub.Reauthenticate(request, metadata=member.me)
    assert isinstance(reply, mfa.ReauthenticateResponse)
    return reply


async def step_up(member: Member) -> str:
    return (await prove(member)).mfa_challenge.challenge_token


async def reason(call: Any) -> str:
    return str(error_info(await refusal(call)).reason)


async def grow_old(member: Member) -> None:
    """The session's last proof was long ago, as far as every process knows."""
    await member.people.room.admin.execute(AGE)
    tokens = await member.people.refresh(member.tokens.refresh_token)
    member.tokens.CopyFrom(tokens)


async def test_password_is_enough_without_a_second_factor(member: Member) -> None:
    await grow_old(member)
    assert await reason(member.enrol(TOTP)) == NEEDED
    proved = await prove(member)
    assert await reason(member.enrol(TOTP)) == NEEDED, "an older token has no part in the proof"
    member.tokens.CopyFrom(proved.tokens)
    assert (await member.enrol(TOTP)).secret


async def test_tokens_are_replaced_and_the_old_refresh_token_ends_with_its_window(
    member: Member,
) -> None:
    before = member.tokens.refresh_token
    proved = await prove(member)
    assert proved.tokens.session_id == member.tokens.session_id
    assert proved.tokens.access_token != member.tokens.access_token
    await member.people.room.admin.execute(
        "UPDATE auth.user_sessions SET rotated_at = rotated_at - interval '11 seconds'"
    )
    request = pb.RefreshSessionRequest(refresh_token=before)
    assert await reason(member.stub.RefreshSession(request)) == "ERROR_REASON_REFRESH_REUSED"


async def test_wrong_password_proves_nothing(member: Member) -> None:
    await grow_old(member)
    refused = await refusal(prove(member, "not the password"))
    assert refused.code() is StatusCode.UNAUTHENTICATED
    assert error_info(refused).reason == "ERROR_REASON_CREDENTIALS_INVALID"
    assert await reason(member.enrol(TOTP)) == NEEDED


async def test_guessing_in_a_session_is_bounded_and_does_not_lock_the_door(member: Member) -> None:
    reasons = [await reason(prove(member, f"guess {number}")) for number in range(12)]
    assert set(reasons) == {"ERROR_REASON_CREDENTIALS_INVALID", "ERROR_REASON_LOGIN_LOCKED"}
    assert reasons.count("ERROR_REASON_CREDENTIALS_INVALID") == 5
    assert (await member.login()).HasField("tokens")


async def test_second_factor_is_asked_for_where_there_is_one(member: Member) -> None:
    await member.add_totp()
    await grow_old(member)
    token = await step_up(member)
    request = mfa.RegenerateBackupCodesRequest()
    regenerate = member.stub.RegenerateBackupCodes
    assert await reason(regenerate(request, metadata=member.me)) == NEEDED
    done = await member.complete(token, TOTP, member.app_code(), member.me)
    assert done.tokens.session_id == member.tokens.session_id
    assert not done.device_token
    assert await reason(regenerate(request, metadata=member.me)) == NEEDED
    member.tokens.CopyFrom(done.tokens)
    assert len((await regenerate(request, metadata=member.me)).backup_codes) == 10


async def test_copy_of_the_session_is_renewed(member: Member) -> None:
    redis = member.people.room.given.redis
    key = session_key(member.user_id, member.tokens.session_id)  # type: ignore[arg-type]
    before = json.loads(await redis.get(key) or "{}")
    await prove(member)
    after = json.loads(await redis.get(key) or "{}")
    assert after["authenticated_at"] > before["authenticated_at"]


async def test_step_up_is_answered_by_its_own_session_only(
    member: Member, make_member: Any
) -> None:
    await member.add_totp()
    token = await step_up(member)
    other = await member.complete(await member.challenge(), TOTP, member.app_code())
    await member.forget_steps()
    stranger = await make_member()
    for metadata in ((), bearer(other.tokens), stranger.me):
        refused = member.complete(token, TOTP, member.app_code(), metadata)
        assert await reason(refused) == "ERROR_REASON_MFA_CHALLENGE_ENDED"
    tries = "SELECT attempts FROM auth.mfa_challenges WHERE purpose = 'step_up'"
    assert await member.people.room.admin.fetchval(tries) == 0
    done = await member.complete(token, TOTP, member.app_code(), member.me)
    assert done.tokens.session_id == member.tokens.session_id


async def test_step_up_of_a_session_that_ended_is_worthless(member: Member) -> None:
    await member.add_totp()
    token = await step_up(member)
    await member.people.room.admin.execute(
        "UPDATE auth.user_sessions SET is_active = false, revoked_at = now(),"
        " revoke_reason = 'logout'"
    )
    refused = await refusal(member.complete(token, TOTP, member.app_code(), member.me))
    assert refused.code() is StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize("way", [EMAIL, BACKUP])
async def test_other_ways_prove_a_session_too(member: Member, way: int) -> None:
    codes = (await member.add_totp()).backup_codes
    await member.add_sending(EMAIL)
    challenge: auth_pb2.MfaChallenge = (await prove(member)).mfa_challenge
    assert list(challenge.methods) == [TOTP, EMAIL, BACKUP]
    code = codes[0]
    if way == EMAIL:
        refused = member.resend(challenge.challenge_token, EMAIL)
        assert await reason(refused) == "ERROR_REASON_MFA_CHALLENGE_ENDED"
        await member.resend(challenge.challenge_token, EMAIL, member.me)
        code = await member.code()
    done = await member.complete(challenge.challenge_token, way, code, member.me)
    assert done.tokens.session_id == member.tokens.session_id


async def test_level_never_falls(member: Member) -> None:
    await member.add_totp()
    request = mfa.DisableMfaRequest(method_id=member.totp_id)
    await member.stub.DisableMfa(request, metadata=member.me)
    await prove(member)
    query = "SELECT auth_level FROM auth.user_sessions WHERE is_active"
    assert await member.people.room.admin.fetchval(query) == 2
