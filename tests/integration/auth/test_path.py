"""From a registration to a signed-out session."""

from typing import Any

from grpc import StatusCode
from inergize.auth.v1 import auth_pb2
from inergize.auth.v1 import auth_service_pb2 as pb

from tests.integration.auth.conftest import PASSWORD, People, bearer, refusal
from tests.support.replies import error_info


async def test_path_from_registration_to_current_user(people: People, stub: Any) -> None:
    registered = await people.register(
        "Ada@Example.com", time_zone="Europe/Vienna", language="de-AT"
    )
    verified = await stub.VerifyEmail(pb.VerifyEmailRequest(token=await people.mailed_token()))
    assert verified.user_id == registered.user_id

    tokens = await people.login("ada@EXAMPLE.com")
    reply = await stub.GetCurrentUser(pb.GetCurrentUserRequest(), metadata=bearer(tokens))
    user = reply.user
    assert user.user_id == registered.user_id
    assert (user.email, user.time_zone, user.language) == (
        "Ada@Example.com",
        "Europe/Vienna",
        "de-AT",
    )
    assert (user.first_name, user.last_name) == ("Ada", "Byron")
    assert user.is_verified
    assert user.role == auth_pb2.ROLE_MEMBER
    assert user.subscription_tier == auth_pb2.SUBSCRIPTION_TIER_FREE
    assert user.last_login_time.seconds > 0


async def test_logout_ends_access_and_refresh(people: People, stub: Any) -> None:
    tokens = await people.signed_in()
    await stub.Logout(pb.LogoutRequest(), metadata=bearer(tokens))
    refused = await refusal(people.refresh(tokens.refresh_token))
    assert error_info(refused).reason == "ERROR_REASON_SESSION_ENDED"
    assert refused.code() is StatusCode.UNAUTHENTICATED


async def test_login_refuses_until_the_address_is_proved(people: People) -> None:
    email = people.new_email()
    await people.register(email)
    refused = await refusal(people.login(email))
    assert refused.code() is StatusCode.FAILED_PRECONDITION
    assert error_info(refused).reason == "ERROR_REASON_EMAIL_NOT_VERIFIED"


async def test_login_takes_a_password_however_it_is_composed(people: People, stub: Any) -> None:
    email = people.new_email()
    await people.register(email, password="ﬁancée \uff21da 2026")
    await stub.VerifyEmail(pb.VerifyEmailRequest(token=await people.mailed_token()))
    assert (await people.login(email, "fiance\u0301e Ada 2026")).access_token


async def test_wrong_passwords_are_counted_until_the_right_one(people: People) -> None:
    email = people.new_email()
    user_id = await people.verified(email)
    for _ in range(3):
        await refusal(people.login(email, "wrong " + PASSWORD))
    query = "SELECT failed_logins FROM auth.users WHERE id = $1"
    assert await people.room.admin.fetchval(query, user_id) == 3
    await people.login(email)
    assert await people.room.admin.fetchval(query, user_id) == 0


async def test_login_says_the_same_for_unknown_and_known_addresses(people: People) -> None:
    email = people.new_email()
    await people.verified(email)
    known = await refusal(people.login(email, "not the password"))
    unknown = await refusal(people.login("nobody@example.com", "not the password"))
    assert known.code() is unknown.code() is StatusCode.UNAUTHENTICATED
    assert known.details() == unknown.details()
    assert error_info(known) == error_info(unknown)


async def test_login_records_where_it_came_from(people: People, stub: Any) -> None:
    email = people.new_email()
    await people.verified(email)
    request = pb.LoginRequest(email=email, password=PASSWORD, device_name="Ada's telephone")
    await stub.Login(request, metadata=[("x-inergize-client-address", "2001:db8::7")])
    row = await people.room.admin.fetchrow(
        "SELECT device_info ->> 'name' AS name, host(ip_address) AS address FROM auth.user_sessions"
    )
    assert row is not None
    assert tuple(row) == ("Ada's telephone", "2001:db8::7")


async def test_weaker_hash_is_replaced_at_login(people: People) -> None:
    email = people.new_email()
    user_id = await people.verified(email)
    # 8 KiB, as nobody would store today.
    from argon2 import PasswordHasher  # noqa: PLC0415 - a hash from another time

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await people.room.admin.execute("UPDATE auth.users SET password_hash = $1", weak)
    await people.login(email)
    query = "SELECT password_hash FROM auth.users WHERE id = $1"
    stored = await people.room.admin.fetchval(query, user_id)
    assert stored.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    await people.login(email)


async def test_inactive_account_is_refused_like_a_wrong_password(people: People) -> None:
    email = people.new_email()
    await people.verified(email)
    await people.login(email)
    await people.room.admin.execute("UPDATE auth.users SET is_active = false")
    refused = await refusal(people.login(email))
    assert error_info(refused).reason == "ERROR_REASON_CREDENTIALS_INVALID"
