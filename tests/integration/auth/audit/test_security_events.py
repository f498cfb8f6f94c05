"""What happens to an account is recorded where it happens."""

import json
from uuid import UUID

import grpc
from inergize.auth.v1 import auth_pb2
from inergize.auth.v1 import auth_service_pb2 as pb

from tests.integration.auth.conftest import People, bearer, refusal

Recorded = list[tuple[str, dict[str, object]]]


async def recorded(people: People, user_id: UUID) -> Recorded:
    """The security events about a user, oldest first, without their names' place."""
    rows = await people.room.admin.fetch(
        """SELECT new_data FROM auth.audit_log
            WHERE user_id = $1 AND table_name = 'security' ORDER BY id""",
        user_id,
    )
    found = [json.loads(row["new_data"]) for row in rows]
    return [(event.pop("event"), event) for event in found]


async def names(people: People, user_id: UUID) -> list[str]:
    return [name for name, _ in await recorded(people, user_id)]


async def test_a_sessions_life_is_recorded(people: People) -> None:
    email = people.new_email()
    user_id = await people.verified(email)
    tokens = await people.login(email)
    await people.stub.Logout(pb.LogoutRequest(), metadata=bearer(tokens))

    events = await recorded(people, user_id)

    assert [name for name, _ in events] == ["email_verified", "signed_in", "signed_out"]
    assert events[1][1]["auth_level"] == 1


async def test_wrong_password_is_recorded_for_known_accounts_only(people: People) -> None:
    email = people.new_email()
    user_id = await people.verified(email)
    before = await people.room.admin.fetchval("SELECT count(*) FROM auth.audit_log")

    await refusal(people.login(email, "not the password"))
    await refusal(people.login("nobody@example.com", "not the password"))

    events = await recorded(people, user_id)
    assert events[-1] == ("sign_in_refused", {"failures": 1})
    after = await people.room.admin.fetchval("SELECT count(*) FROM auth.audit_log")
    assert after == before + 1


async def test_refused_token_that_was_used_before_is_recorded(people: People) -> None:
    email = people.new_email()
    user_id = await people.verified(email)
    first = await people.login(email)
    await people.refresh((await people.refresh(first.refresh_token)).refresh_token)

    refused = await refusal(people.refresh(first.refresh_token))

    assert refused.code() is grpc.StatusCode.UNAUTHENTICATED
    events = await recorded(people, user_id)
    assert events[-1] == ("refresh_token_reused", {"sessions_ended": 1})


async def test_no_event_holds_a_secret(people: People) -> None:
    email = people.new_email()
    await people.register(email)
    token = await people.mailed_token()
    await people.stub.VerifyEmail(pb.VerifyEmailRequest(token=token))
    tokens: auth_pb2.SessionTokens = await people.login(email)
    await people.stub.Logout(pb.LogoutRequest(), metadata=bearer(tokens))

    rows = await people.room.admin.fetch("SELECT log::text AS row FROM auth.audit_log AS log")

    text = "".join(row["row"] for row in rows)
    for secret in (token, tokens.access_token, tokens.refresh_token, "battery staple"):
        assert secret not in text
