"""Codes that are sent again: with growing gaps, and not without end."""

from typing import Any

import pytest
from grpc import StatusCode

from tests.integration.auth.conftest import refusal
from tests.integration.auth.mfa.conftest import EMAIL, NUMBER, SMS, TOTP, Member
from tests.support.replies import error_info, retry_seconds

AGE = "UPDATE auth.mfa_challenges SET last_sent_at = last_sent_at - make_interval(secs => $1)"
OLD = "UPDATE auth.mfa_challenges SET created_at = created_at - interval '61 minutes'"


async def too_often(call: Any) -> None:
    refused = await refusal(call)
    assert refused.code() is StatusCode.RESOURCE_EXHAUSTED
    assert error_info(refused).reason == "ERROR_REASON_TOO_MANY_REQUESTS"


async def test_gaps_double(member: Member) -> None:
    await member.add_sending(EMAIL)
    token = await member.challenge()
    admin = member.people.room.admin
    for gap_seconds in (30, 60, 120):
        await admin.execute(AGE, gap_seconds - 2)
        await too_often(member.resend(token, EMAIL))
        await admin.execute(AGE, 2)
        challenge = await member.resend(token, EMAIL)
        assert (challenge.challenge_token, challenge.sent_by) == (token, EMAIL)


async def test_new_code_replaces_the_one_before(member: Member) -> None:
    await member.add_sending(EMAIL)
    token = await member.challenge()
    first = await member.code()
    await member.people.room.admin.execute(AGE, 31)
    await member.resend(token, EMAIL)
    second = await member.code()
    if first != second:
        refused = await refusal(member.complete(token, EMAIL, first))
        assert error_info(refused).reason == "ERROR_REASON_MFA_CODE_INVALID"
    assert (await member.complete(token, EMAIL, second)).tokens.access_token


async def test_another_way_can_be_asked_for(member: Member) -> None:
    await member.add_totp()
    await member.add_sending(SMS, phone_number=NUMBER)
    token = await member.challenge()
    challenge = await member.resend(token, SMS)
    assert challenge.sent_by == SMS
    assert challenge.sent_to.endswith("89")
    assert (await member.complete(token, SMS, await member.code())).tokens.access_token


async def test_way_that_is_not_the_users_sends_nothing(member: Member) -> None:
    await member.add_totp()
    await member.enrol(EMAIL)  # begun, not switched on
    await member.sent()
    refused = await refusal(member.resend(await member.challenge(), EMAIL))
    assert refused.code() is StatusCode.FAILED_PRECONDITION
    assert dict(error_info(refused).metadata) == {"rule": "not_enabled"}
    assert not await member.sent()


async def test_resending_gives_no_new_tries(member: Member) -> None:
    await member.add_totp()
    await member.add_sending(EMAIL)
    token = await member.challenge()
    for _ in range(5):
        await refusal(member.complete(token, TOTP, "000000"))
    refused = await refusal(member.resend(token, EMAIL))
    assert error_info(refused).reason == "ERROR_REASON_MFA_CHALLENGE_ENDED"


async def test_codes_of_all_challenges_have_one_budget(member: Member) -> None:
    await member.add_sending(EMAIL)
    await member.sent()
    sent_by = [(await member.login()).mfa_challenge.sent_by for _ in range(12)]
    assert sent_by == [EMAIL] * 9 + [0] * 3  # one went with the enrolment
    assert len(await member.sent()) == 9
    await too_often(member.resend(await member.challenge(), EMAIL))
    await member.people.room.admin.execute(OLD)
    assert (await member.login()).mfa_challenge.sent_by == EMAIL


async def test_setting_up_and_taking_back_does_not_renew_the_budget(member: Member) -> None:
    from inergize.auth.v1 import auth_mfa_pb2 as mfa  # noqa: PLC0415

    for number in range(10):
        begun = await member.enrol(SMS, phone_number=f"+491511234{number:04d}")
        request = mfa.DisableMfaRequest(method_id=begun.method.method_id)
        await member.stub.DisableMfa(request, metadata=member.me)
    await too_often(member.enrol(SMS, phone_number=NUMBER))
    assert len(await member.sent()) == 10


async def test_a_number_that_nobody_has_proved_gets_few_sms_whoever_asks(make_member: Any) -> None:
    """It may be a stranger's. Its owner's own codes are not held up by it."""
    owner = await make_member()
    await owner.add_sending(SMS, phone_number=NUMBER)
    for _ in range(4):
        await (await make_member()).enrol(SMS, phone_number=NUMBER)
    stranger = await make_member()
    refused = await refusal(stranger.enrol(SMS, phone_number=NUMBER))
    assert error_info(refused).reason == "ERROR_REASON_TOO_MANY_REQUESTS"
    assert retry_seconds(refused) == pytest.approx(720, abs=20)
    assert (await stranger.enrol(SMS, phone_number="+4915100000000")).method.method_id
    assert (await owner.login()).mfa_challenge.sent_by == SMS
