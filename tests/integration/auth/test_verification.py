"""Verification tokens: mailed with growing gaps, good once."""

import asyncio
from itertools import pairwise
from typing import Any

from grpc import StatusCode
from inergize.auth.v1 import auth_service_pb2 as pb

from tests.integration.auth.conftest import People, refusal
from tests.support.replies import error_info
from tests.support.waiting import eventually

AGE = """
WITH token AS (
    UPDATE auth.one_time_tokens SET created_at = created_at - $1::text::interval
)
UPDATE auth.users SET created_at = created_at - $1::text::interval
"""


async def resend(people: People, token: str) -> None:
    await people.stub.ResendVerification(pb.ResendVerificationRequest(registration_token=token))


async def test_one_of_many_redemptions_at_once_wins(people: People, stub: Any) -> None:
    for _ in range(5):
        registered = await people.register()
        request = pb.VerifyEmailRequest(token=await people.mailed_token())
        calls = (stub.VerifyEmail(request) for _ in range(50))
        answers = await asyncio.gather(*calls, return_exceptions=True)
        winners = [a for a in answers if isinstance(a, pb.VerifyEmailResponse)]
        assert [winner.user_id for winner in winners] == [registered.user_id]
        reasons = {error_info(a).reason for a in answers if isinstance(a, Exception)}  # type: ignore[arg-type]
        assert reasons == {"ERROR_REASON_TOKEN_INVALID"}


async def test_expired_unknown_and_foreign_tokens_are_refused(people: People, stub: Any) -> None:
    registered = await people.register()
    token = await people.mailed_token()
    await people.room.admin.execute("UPDATE auth.one_time_tokens SET expires_at = now()")
    for given in (token, "x" * 43, registered.registration_token):
        refused = await refusal(stub.VerifyEmail(pb.VerifyEmailRequest(token=given)))
        assert refused.code() is StatusCode.FAILED_PRECONDITION
        assert error_info(refused).reason == "ERROR_REASON_TOKEN_INVALID"


async def test_registration_token_proves_nothing(people: People, stub: Any) -> None:
    registered = await people.register()
    request = pb.VerifyEmailRequest(token=registered.registration_token)
    assert (await refusal(stub.VerifyEmail(request))).code() is StatusCode.FAILED_PRECONDITION
    metadata = [("authorization", f"Bearer {registered.registration_token}")]
    refused = await refusal(stub.GetCurrentUser(pb.GetCurrentUserRequest(), metadata=metadata))
    assert refused.code() is StatusCode.UNAUTHENTICATED


async def test_token_is_worthless_once_the_address_has_changed(people: People, stub: Any) -> None:
    await people.register()
    token = await people.mailed_token()
    await people.room.admin.execute("UPDATE auth.users SET email = 'elsewhere@example.com'")
    await refusal(stub.VerifyEmail(pb.VerifyEmailRequest(token=token)))
    assert not await people.room.admin.fetchval("SELECT is_verified FROM auth.users")


async def test_resending_replaces_the_token(people: People, stub: Any) -> None:
    registered = await people.register()
    first = await people.mailed_token()
    await people.room.admin.execute(AGE, "61 seconds")
    await resend(people, registered.registration_token)
    second = await people.mailed_token()
    refused = await refusal(stub.VerifyEmail(pb.VerifyEmailRequest(token=first)))
    assert error_info(refused).reason == "ERROR_REASON_TOKEN_INVALID"
    assert (await stub.VerifyEmail(pb.VerifyEmailRequest(token=second))).user_id


async def test_gaps_between_mails_double(people: People) -> None:
    registered = await people.register()
    await people.messages()
    mailed_after = []
    for half_minutes in range(1, 31):
        await people.room.admin.execute(AGE, "30 seconds")
        await resend(people, registered.registration_token)
        if await people.messages():
            mailed_after.append(half_minutes)
    assert mailed_after[0] in {2, 3}
    assert len(mailed_after) >= 3
    assert all(later >= 2 * earlier for earlier, later in pairwise(mailed_after))


async def test_many_requests_at_once_mail_once(people: People) -> None:
    registered = await people.register()
    await people.messages()
    await people.room.admin.execute(AGE, "2 minutes")
    await asyncio.gather(*(resend(people, registered.registration_token) for _ in range(20)))
    assert len(await people.messages()) == 1


async def test_redeeming_holds_no_token_while_it_waits_for_the_account(
    people: People, stub: Any
) -> None:
    # Resending locks the account and then the token: the other way round would deadlock.
    await people.register()
    request = pb.VerifyEmailRequest(token=await people.mailed_token())
    admin = people.room.admin
    async with admin.transaction():
        await admin.execute("SELECT id FROM auth.users FOR UPDATE")
        redeeming = asyncio.ensure_future(stub.VerifyEmail(request))
        waiters = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        assert await eventually(lambda: admin.fetchval(waiters))
        await admin.execute("SELECT id FROM auth.one_time_tokens FOR UPDATE NOWAIT")
    assert (await redeeming).user_id


async def test_verified_account_gets_no_more_mail(people: People, stub: Any) -> None:
    registered = await people.register()
    await stub.VerifyEmail(pb.VerifyEmailRequest(token=await people.mailed_token()))
    await people.room.admin.execute(AGE, "1 day")
    await resend(people, registered.registration_token)
    assert await people.messages() == []


async def test_right_password_on_an_unproved_address_mails_again(people: People) -> None:
    email = people.new_email()
    await people.register(email)
    await people.messages()
    await refusal(people.login(email))
    assert await people.messages() == []
    await people.room.admin.execute(AGE, "61 seconds")
    await refusal(people.login(email, "not the password"))
    assert await people.messages() == []
    await refusal(people.login(email))
    assert [mail.payload["template"] for mail in await people.messages()] == ["verify_email"]


async def test_an_address_never_proved_is_left_alone_in_the_end(people: People) -> None:
    email = people.new_email()
    await people.register(email)
    await people.messages()
    await people.room.admin.execute(AGE, "8 days")
    await refusal(people.login(email))
    assert await people.messages() == []


async def test_redis_copy_follows_the_token(people: People, stub: Any) -> None:
    await people.register()
    redis = people.room.given.redis
    copies = await redis.keys("otp:*")
    assert len(copies) == 2
    lives = sorted([await redis.ttl(key) for key in copies])
    assert 0 < lives[0] <= 86_400 < lives[1] <= 7 * 86_400
    await stub.VerifyEmail(pb.VerifyEmailRequest(token=await people.mailed_token()))
    assert len(await redis.keys("otp:*")) == 1


async def test_strangers_share_no_idempotency_keys(people: People, stub: Any) -> None:
    registered = await people.register()
    request = pb.VerifyEmailRequest(token=await people.mailed_token())
    metadata = [("idempotency-key", "1")]
    first = await stub.VerifyEmail(request, metadata=metadata)
    assert first.user_id == registered.user_id
    assert await stub.VerifyEmail(request, metadata=metadata) == first

    somebody_elses = pb.VerifyEmailRequest(token="x" * 43)
    refused = await refusal(stub.VerifyEmail(somebody_elses, metadata=metadata))
    assert error_info(refused).reason == "ERROR_REASON_TOKEN_INVALID"
