"""Whoever is signed in and knows the password may replace it; other devices are signed out."""

import asyncio
from typing import Any
from uuid import UUID

from grpc import StatusCode
from inergize.auth.v1 import auth_passwords_pb2 as pb
from inergize.auth.v1 import auth_service_pb2

from services.kernel.sessions import session_key
from tests.integration.auth.conftest import PASSWORD, People, bearer, refusal
from tests.integration.auth.recovery.conftest import BETTER, Forgetful
from tests.support.races import race, refusals, winners
from tests.support.replies import error_info


def reason(refused: Any) -> str:
    return str(error_info(refused).reason).removeprefix("ERROR_REASON_")


async def test_the_new_password_works_and_the_old_one_no_more(
    forgetful: Forgetful, people: People
) -> None:
    email = await forgetful.person()
    await forgetful.change(await people.login(email))
    assert reason(await refusal(people.login(email))) == "CREDENTIALS_INVALID"
    assert (await people.login(email, BETTER)).access_token


async def test_other_sessions_end_and_this_one_goes_on(
    forgetful: Forgetful, people: People, stub: Any
) -> None:
    email = await forgetful.person()
    other, own = await people.login(email), await people.login(email)
    user_id = (await forgetful.row(email))["id"]
    await forgetful.change(own)
    assert await forgetful.live_sessions(email) == {UUID(own.session_id)}
    assert reason(await refusal(people.refresh(other.refresh_token))) == "SESSION_ENDED"
    redis = people.room.given.redis
    assert await redis.get(session_key(user_id, UUID(other.session_id))) is None
    request = auth_service_pb2.GetCurrentUserRequest()
    assert (await stub.GetCurrentUser(request, metadata=bearer(own))).user.email == email
    assert (await people.refresh(own.refresh_token)).access_token


async def test_the_owner_is_told(forgetful: Forgetful, people: People) -> None:
    email = await forgetful.person()
    await forgetful.change(await people.login(email))
    assert await forgetful.templates() == ["password_changed"]


async def test_a_wrong_present_password_changes_nothing(
    forgetful: Forgetful, people: People
) -> None:
    email = await forgetful.person()
    tokens = await people.login(email)
    refused = await refusal(forgetful.change(tokens, current="not it"))
    assert (refused.code(), reason(refused)) == (
        StatusCode.UNAUTHENTICATED,
        "CREDENTIALS_INVALID",
    )
    assert (await people.login(email)).access_token
    assert await forgetful.templates() == []


async def test_guessing_the_present_password_is_throttled_by_itself(
    forgetful: Forgetful, people: People
) -> None:
    email = await forgetful.person()
    tokens = await people.login(email)
    for _ in range(5):
        assert reason(await refusal(forgetful.change(tokens, "not it"))) == "CREDENTIALS_INVALID"
    assert reason(await refusal(forgetful.change(tokens))) == "LOGIN_LOCKED"
    # Neither does it lock the owner out, nor do strangers' failures stop the owner.
    assert (await people.login(email)).access_token


async def test_parallel_guesses_are_counted_first(forgetful: Forgetful, people: People) -> None:
    tokens = await people.login(await forgetful.person())
    answers = await race(50, lambda: forgetful.change(tokens, "not it"))
    assert 1 <= refusals(answers)["ERROR_REASON_CREDENTIALS_INVALID"] <= 5


async def test_an_unacceptable_password_is_refused(forgetful: Forgetful, people: People) -> None:
    tokens = await people.login(await forgetful.person())
    refused = await refusal(forgetful.change(tokens, new="football1"))
    assert reason(refused) == "PASSWORD_UNACCEPTABLE"


async def test_one_of_two_changes_at_once_wins(forgetful: Forgetful, people: People) -> None:
    email = await forgetful.person()
    tokens = await people.login(email)
    answers = await asyncio.gather(
        *(forgetful.change(tokens, new=f"{BETTER} {n}") for n in range(2)), return_exceptions=True
    )
    assert len(winners(answers)) == 1
    assert refusals(answers) == {"ERROR_REASON_CREDENTIALS_INVALID": 1}


async def test_a_token_mailed_before_is_worthless(forgetful: Forgetful, people: People) -> None:
    email = await forgetful.person()
    token = await forgetful.token(email)
    await forgetful.change(await people.login(email))
    assert reason(await refusal(forgetful.reset(token, PASSWORD + "!"))) == "TOKEN_INVALID"


async def test_a_proof_too_old_is_asked_for_again(forgetful: Forgetful, people: People) -> None:
    tokens = await people.login(await forgetful.person())
    await people.room.admin.execute(
        "UPDATE auth.user_sessions SET authenticated_at = now() - interval '11 minutes'"
    )
    refused = await refusal(forgetful.change(tokens))
    assert reason(refused) == "REAUTHENTICATION_REQUIRED"


async def test_a_repeated_change_answers_from_the_first(
    forgetful: Forgetful, people: People
) -> None:
    tokens = await people.login(await forgetful.person())
    request = pb.ChangePasswordRequest(current_password=PASSWORD, new_password=BETTER)
    metadata = [*bearer(tokens), ("idempotency-key", "1")]
    for _ in range(2):
        await people.stub.ChangePassword(request, metadata=metadata)
    assert await forgetful.templates() == ["password_changed"]
