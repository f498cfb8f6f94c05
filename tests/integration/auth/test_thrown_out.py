"""Who has been thrown out cannot use the last seconds to come back."""

from typing import Any

import grpc
import pytest
from inergize.auth.v1 import auth_account_pb2 as account
from inergize.auth.v1 import auth_passwords_pb2 as passwords
from inergize.auth.v1 import auth_service_pb2 as pb
from inergize.auth.v1 import auth_sessions_pb2 as sessions

from services.kernel.contract import Method, methods
from tests.integration.auth.conftest import PASSWORD, People, bearer, refusal
from tests.support.replies import error_info

BETTER = "a far better passphrase than before"
SENSITIVE = [
    method
    for service in ("AuthService", "AuthAdminService")
    for method in methods(f"inergize.auth.v1.{service}")
    if method.needs_recent_authentication
]


async def owner_and_thief(people: People) -> tuple[Any, Any]:
    email = people.new_email()
    await people.verified(email)
    owner, thief = await people.login(email), await people.login(email)
    for one in (owner, thief):  # so that the process remembers them
        await people.stub.GetCurrentUser(pb.GetCurrentUserRequest(), metadata=bearer(one))
    return owner, thief


@pytest.mark.parametrize("method", SENSITIVE, ids=lambda method: method.name)
async def test_nothing_sensitive_is_done_for_a_session_just_ended(
    people: People, method: Method
) -> None:
    owner, thief = await owner_and_thief(people)
    call = people.room.channel.unary_unary(
        method.path,
        request_serializer=method.request_type.SerializeToString,
        response_deserializer=method.reply_type.FromString,
    )
    await people.stub.RevokeOtherSessions(
        sessions.RevokeOtherSessionsRequest(), metadata=bearer(owner)
    )
    refused = await refusal(call(method.request_type(), metadata=bearer(thief)))
    assert refused.code() is grpc.StatusCode.UNAUTHENTICATED
    assert error_info(refused).reason == "ERROR_REASON_SESSION_ENDED"


async def change_password(people: People, tokens: Any) -> None:
    request = passwords.ChangePasswordRequest(current_password=PASSWORD, new_password=BETTER)
    await people.stub.ChangePassword(request, metadata=bearer(tokens))


async def reset_password(people: People, tokens: Any) -> None:
    me = await people.stub.GetCurrentUser(pb.GetCurrentUserRequest(), metadata=bearer(tokens))
    request = passwords.RequestPasswordResetRequest(email=me.user.email)
    await people.stub.RequestPasswordReset(request)
    token = await people.mailed_token("reset_password")
    await people.stub.ResetPassword(
        passwords.ResetPasswordRequest(token=token, new_password=BETTER)
    )


async def end_others(people: People, tokens: Any) -> None:
    await people.stub.RevokeOtherSessions(
        sessions.RevokeOtherSessionsRequest(), metadata=bearer(tokens)
    )


async def end_each(people: People, tokens: Any) -> None:
    listed = await people.stub.ListSessions(sessions.ListSessionsRequest(), metadata=bearer(tokens))
    for session in listed.sessions:
        if not session.is_current:
            request = sessions.RevokeSessionRequest(session_id=session.session_id)
            await people.stub.RevokeSession(request, metadata=bearer(tokens))


async def login(people: People, email: str, password: str, device_token: str = "") -> Any:
    request = pb.LoginRequest(email=email, password=password, device_token=device_token)
    return await people.stub.Login(request)


@pytest.mark.parametrize(
    ("throw_out", "password"),
    [
        (change_password, BETTER),
        (reset_password, BETTER),
        (end_others, PASSWORD),
        (end_each, PASSWORD),
    ],
)
async def test_the_device_of_whoever_was_thrown_out_is_a_strangers(
    people: People, throw_out: Any, password: str
) -> None:
    email = people.new_email()
    await people.verified(email)
    owner, thief = await people.login(email), await login(people, email, PASSWORD)
    await throw_out(people, owner)
    for n in range(5):
        await refusal(login(people, email, f"wrong password {n}"))
    refused = await refusal(login(people, email, password, thief.device_token))
    assert error_info(refused).reason == "ERROR_REASON_LOGIN_LOCKED"


async def test_signing_out_leaves_the_device_known(people: People) -> None:
    email = people.new_email()
    await people.verified(email)
    signed_in = await login(people, email, PASSWORD)
    await people.stub.Logout(pb.LogoutRequest(), metadata=bearer(signed_in.tokens))
    for n in range(5):
        await refusal(login(people, email, f"wrong password {n}"))
    assert (await login(people, email, PASSWORD, signed_in.device_token)).tokens.access_token


@pytest.mark.parametrize("throw_out", [change_password, reset_password])
async def test_a_new_password_calls_off_a_strangers_change_of_address(
    people: People, throw_out: Any
) -> None:
    email = people.new_email()
    await people.verified(email)
    owner, thief = await people.login(email), await people.login(email)
    await people.messages()
    asked = account.ChangeEmailRequest(new_email=people.new_email())
    await people.stub.ChangeEmail(asked, metadata=bearer(thief))
    mailed = {m.payload["template"]: m.secret for m in await people.messages()}
    theirs = account.ConfirmEmailChangeRequest(token=mailed["change_email_new"])
    await people.stub.ConfirmEmailChange(theirs, metadata=bearer(thief))
    await throw_out(people, owner)
    owner = await people.login(email, BETTER)
    me = await people.stub.GetCurrentUser(pb.GetCurrentUserRequest(), metadata=bearer(owner))
    assert me.user.pending_email == ""
    ours = account.ConfirmEmailChangeRequest(token=mailed["change_email_present"])
    refused = await refusal(people.stub.ConfirmEmailChange(ours, metadata=bearer(owner)))
    assert error_info(refused).reason == "ERROR_REASON_TOKEN_INVALID"
