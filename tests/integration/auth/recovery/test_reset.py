"""A mailed token sets a new password once, signs nobody in and everybody out."""

from typing import Any

import pytest
from grpc import StatusCode
from inergize.auth.v1 import auth_service_pb2 as pb

from services.kernel.sessions import session_key
from tests.integration.auth.conftest import PASSWORD, People, bearer, refusal
from tests.integration.auth.recovery.conftest import BETTER, Forgetful
from tests.support.replies import error_info


async def refused_reset(forgetful: Forgetful, token: str, password: str = BETTER) -> str:
    refused = await refusal(forgetful.reset(token, password))
    return str(error_info(refused).reason).removeprefix("ERROR_REASON_")


async def test_the_new_password_works_and_the_old_one_no_more(
    forgetful: Forgetful, people: People
) -> None:
    email = await forgetful.person()
    await people.login(email)
    await forgetful.reset(await forgetful.token(email))
    refused = await refusal(people.login(email))
    assert error_info(refused).reason == "ERROR_REASON_CREDENTIALS_INVALID"
    assert (await people.login(email, BETTER)).access_token


async def test_every_session_and_known_device_ends(
    forgetful: Forgetful, people: People, stub: Any
) -> None:
    email = await forgetful.person()
    tokens = await people.login(email)
    other = await people.login(email)
    user_id = (await forgetful.row(email))["id"]
    await forgetful.reset(await forgetful.token(email))
    assert await forgetful.live_sessions(email) == set()
    for held in (tokens, other):
        refused = await refusal(people.refresh(held.refresh_token))
        assert error_info(refused).reason == "ERROR_REASON_SESSION_ENDED"
        copy = session_key(user_id, held.session_id)  # type: ignore[arg-type]
        assert await people.room.given.redis.get(copy) is None
    reasons = await people.room.admin.fetch("SELECT revoke_reason FROM auth.user_sessions")
    assert {row["revoke_reason"] for row in reasons} == {"password_change"}
    assert await people.room.admin.fetchval("SELECT count(*) FROM auth.known_devices") == 0
    # The next session is not refused for beginning in the same second.
    fresh = await people.login(email, BETTER)
    assert (await stub.GetCurrentUser(pb.GetCurrentUserRequest(), metadata=bearer(fresh))).user


async def test_nobody_is_signed_in_by_it(forgetful: Forgetful, people: People) -> None:
    email = await forgetful.person()
    await forgetful.reset(await forgetful.token(email))
    assert await forgetful.live_sessions(email) == set()
    assert (await people.room.admin.fetchval("SELECT last_login_at FROM auth.users")) is None


async def test_the_owner_is_told_and_it_is_a_security_event(
    forgetful: Forgetful, people: People
) -> None:
    email = await forgetful.person()
    await forgetful.reset(await forgetful.token(email))
    (mail,) = await people.messages()
    assert (mail.payload["template"], mail.payload["to"]) == ("password_changed", email)
    events = await people.room.admin.fetch(
        "SELECT new_data ->> 'event' AS event FROM auth.audit_log WHERE table_name = 'security'"
    )
    assert "password_reset" in {row["event"] for row in events}


async def test_strangers_failures_are_forgiven(forgetful: Forgetful, people: People) -> None:
    email = await forgetful.person()
    await people.room.admin.execute(
        "UPDATE auth.users SET failed_logins = 10, locked_until = now()"
    )
    for _ in range(5):
        await refusal(people.login(email, "wrong"))
    refused = await refusal(people.login(email))
    assert error_info(refused).reason == "ERROR_REASON_LOGIN_LOCKED"
    await forgetful.reset(await forgetful.token(email))
    assert (await people.login(email, BETTER)).access_token


async def test_a_token_is_good_once(forgetful: Forgetful) -> None:
    token = await forgetful.token(await forgetful.person())
    await forgetful.reset(token)
    assert await refused_reset(forgetful, token, "yet another passphrase") == "TOKEN_INVALID"


async def test_expired_unknown_and_foreign_tokens_are_refused(
    forgetful: Forgetful, people: People
) -> None:
    email = people.new_email()
    registered = await people.register(email)
    verification = await people.mailed_token()
    token = await forgetful.token(email)
    await people.room.admin.execute("UPDATE auth.one_time_tokens SET expires_at = now()")
    for given in (token, "x" * 43, registered.registration_token, verification):
        assert await refused_reset(forgetful, given) == "TOKEN_INVALID"


async def test_a_reset_token_verifies_nothing_by_itself(
    forgetful: Forgetful, people: People, stub: Any
) -> None:
    token = await forgetful.token(await forgetful.person())
    refused = await refusal(stub.VerifyEmail(pb.VerifyEmailRequest(token=token)))
    assert error_info(refused).reason == "ERROR_REASON_TOKEN_INVALID"
    metadata = [("authorization", f"Bearer {token}")]
    refused = await refusal(stub.GetCurrentUser(pb.GetCurrentUserRequest(), metadata=metadata))
    assert refused.code() is StatusCode.UNAUTHENTICATED


async def test_a_token_is_worthless_once_the_address_has_changed(
    forgetful: Forgetful, people: People
) -> None:
    token = await forgetful.token(await forgetful.person())
    await people.room.admin.execute("UPDATE auth.users SET email = 'elsewhere@example.com'")
    assert await refused_reset(forgetful, token) == "TOKEN_INVALID"


async def test_a_suspended_account_gets_no_new_password(
    forgetful: Forgetful, people: People
) -> None:
    token = await forgetful.token(await forgetful.person())
    await people.room.admin.execute("UPDATE auth.users SET is_active = false")
    assert await refused_reset(forgetful, token) == "TOKEN_INVALID"


@pytest.mark.parametrize("password", ["football1", "n\u0303" * 7])
async def test_an_unacceptable_password_does_not_use_the_token_up(
    forgetful: Forgetful, password: str
) -> None:
    token = await forgetful.token(await forgetful.person())
    assert await refused_reset(forgetful, token, password) == "PASSWORD_UNACCEPTABLE"
    await forgetful.reset(token)


async def test_ones_own_address_is_no_password(forgetful: Forgetful) -> None:
    email = await forgetful.person()
    token = await forgetful.token(email)
    assert await refused_reset(forgetful, token, email.upper()) == "PASSWORD_UNACCEPTABLE"


async def test_it_proves_the_address_as_well(forgetful: Forgetful, people: People) -> None:
    """Whoever registered somebody else's address has nothing left once its owner resets."""
    email = people.new_email()
    await people.register(email)
    await people.messages()
    await forgetful.reset(await forgetful.token(email))
    assert (await forgetful.row(email))["is_verified"]
    assert (await people.login(email, BETTER)).access_token
    refused = await refusal(people.login(email, PASSWORD))
    assert error_info(refused).reason != "ERROR_REASON_UNSPECIFIED"


async def test_a_second_factor_stays(forgetful: Forgetful, people: People) -> None:
    email = await forgetful.person()
    user_id = (await forgetful.row(email))["id"]
    await people.room.admin.execute(
        "INSERT INTO auth.user_mfa (user_id, method, email, is_verified, is_enabled)"
        " VALUES ($1, 'email', $2, true, true)",
        user_id,
        email,
    )
    await forgetful.reset(await forgetful.token(email))
    reply = await people.stub.Login(pb.LoginRequest(email=email, password=BETTER))
    assert reply.WhichOneof("outcome") == "mfa_challenge"


async def test_challenges_of_the_former_password_end(forgetful: Forgetful, people: People) -> None:
    email = await forgetful.person()
    user_id = (await forgetful.row(email))["id"]
    await people.room.admin.execute(
        "INSERT INTO auth.user_mfa (user_id, method, email, is_verified, is_enabled)"
        " VALUES ($1, 'email', $2, true, true)",
        user_id,
        email,
    )
    await people.stub.Login(pb.LoginRequest(email=email, password=PASSWORD))
    open_ones = "SELECT count(*) FROM auth.mfa_challenges WHERE consumed_at IS NULL"
    assert await people.room.admin.fetchval(open_ones) == 1
    await people.messages()
    await forgetful.reset(await forgetful.token(email))
    assert await people.room.admin.fetchval(open_ones) == 0
