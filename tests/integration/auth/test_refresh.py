"""Refresh tokens: one rotation, whoever asks and however often; an old one ends everything."""

import asyncio
from typing import Any
from uuid import uuid4

import grpc
import pytest
from grpc import StatusCode
from inergize.auth.v1 import auth_service_pb2 as pb
from inergize.auth.v1.auth_pb2 import SessionTokens

from tests.integration.auth.conftest import People, bearer, refusal
from tests.support.replies import error_info

AGE_ROTATION = "UPDATE auth.user_sessions SET rotated_at = rotated_at - interval '11 seconds'"


async def reason(call: Any) -> str:
    refused = await refusal(call)
    assert refused.code() is StatusCode.UNAUTHENTICATED
    return str(error_info(refused).reason)


async def test_refresh_gives_a_new_pair_that_works(people: People, stub: Any) -> None:
    first = await people.signed_in()
    second = await people.refresh(first.refresh_token)
    assert second.refresh_token != first.refresh_token
    assert second.session_id == first.session_id
    await stub.GetCurrentUser(pb.GetCurrentUserRequest(), metadata=bearer(second))
    third = await people.refresh(second.refresh_token)
    assert third.refresh_token.split(".")[1] == "2"


async def test_refreshes_at_once_give_the_same_pair(people: People) -> None:
    for _ in range(3):
        tokens = await people.signed_in()
        calls = (people.refresh(tokens.refresh_token) for _ in range(100))
        pairs = await asyncio.gather(*calls)
        assert len({(pair.access_token, pair.refresh_token) for pair in pairs}) == 1
        query = "SELECT generation FROM auth.user_sessions WHERE id = $1::text::uuid"
        assert await people.room.admin.fetchval(query, tokens.session_id) == 1


async def test_lost_answer_can_be_asked_for_again_for_ten_seconds(people: People) -> None:
    first = await people.signed_in()
    second = await people.refresh(first.refresh_token)
    assert await people.refresh(first.refresh_token) == second
    await people.room.admin.execute(AGE_ROTATION)
    assert await reason(people.refresh(first.refresh_token)) == "ERROR_REASON_REFRESH_REUSED"


HOME, ELSEWHERE = "203.0.113.7", "198.51.100.9"


async def from_(people: People, address: str, token: str) -> SessionTokens:
    """Refresh from an address."""
    request = pb.RefreshSessionRequest(refresh_token=token)
    metadata = [("x-inergize-client-address", address)]
    reply = await people.stub.RefreshSession(request, metadata=metadata)
    tokens: SessionTokens = reply.tokens
    return tokens


async def test_phone_that_changes_networks_may_repeat_a_lost_refresh(people: People) -> None:
    first = await people.signed_in()
    second = await from_(people, HOME, first.refresh_token)
    assert await from_(people, ELSEWHERE, first.refresh_token) == second
    third = await from_(people, ELSEWHERE, second.refresh_token)
    fourth = await from_(people, ELSEWHERE, third.refresh_token)
    assert await from_(people, HOME, third.refresh_token) == fourth


async def test_repeating_each_refresh_from_elsewhere_ends_the_session(people: People) -> None:
    """A thief who repeats the owner's refreshes within the window shares one pair, not two."""
    first = await people.signed_in()
    second = await from_(people, HOME, first.refresh_token)
    assert await from_(people, ELSEWHERE, first.refresh_token) == second
    third = await from_(people, HOME, second.refresh_token)
    stolen = from_(people, ELSEWHERE, second.refresh_token)
    assert await reason(stolen) == "ERROR_REASON_REFRESH_REUSED"
    owners = from_(people, HOME, third.refresh_token)
    assert await reason(owners) == "ERROR_REASON_SESSION_ENDED"


async def test_repeats_from_the_same_network_are_never_strange(people: People) -> None:
    tokens = await people.signed_in()
    for last in range(3):
        again = await from_(people, f"203.0.113.{last + 1}", tokens.refresh_token)
        assert await from_(people, "203.0.113.99", tokens.refresh_token) == again
        tokens = again


async def test_old_token_ends_the_session_for_everybody(people: People, stub: Any) -> None:
    first = await people.signed_in()
    second = await people.refresh(first.refresh_token)
    third = await people.refresh(second.refresh_token)
    assert await reason(people.refresh(first.refresh_token)) == "ERROR_REASON_REFRESH_REUSED"
    for token in (first, second, third):
        assert await reason(people.refresh(token.refresh_token)) == "ERROR_REASON_SESSION_ENDED"
    refused = stub.GetCurrentUser(pb.GetCurrentUserRequest(), metadata=bearer(third))
    assert await reason(refused) == "ERROR_REASON_SESSION_ENDED"
    row = await people.room.admin.fetchrow(
        "SELECT is_active, revoke_reason, revoked_at IS NOT NULL FROM auth.user_sessions"
    )
    assert row is not None
    assert tuple(row) == (False, "reuse", True)


async def test_race_of_old_and_new_tokens_leaves_no_session(people: People) -> None:
    first = await people.signed_in()
    second = await people.refresh(first.refresh_token)
    await people.room.admin.execute(AGE_ROTATION)
    tokens = [first.refresh_token, second.refresh_token] * 20
    answers = await asyncio.gather(*map(people.refresh, tokens), return_exceptions=True)
    reused = [a for a in answers if isinstance(a, grpc.aio.AioRpcError)]
    assert reused
    newest = next((a for a in answers if isinstance(a, SessionTokens)), second)
    assert await reason(people.refresh(newest.refresh_token)) == "ERROR_REASON_SESSION_ENDED"


async def test_forged_tokens_are_not_genuine_and_end_nothing(people: People) -> None:
    tokens = await people.signed_in()
    session_id, _, mac = tokens.refresh_token.split(".")
    forged = [
        f"{session_id}.0.{mac[:-1]}{'A' if mac[-1] != 'A' else 'B'}",
        f"{session_id}.1.{mac}",
        f"{session_id}.-1.{mac}",
        f"{session_id}.00.{mac}",
        f"{session_id.upper()}.0.{mac}",
        f"{uuid4()}.0.{mac}",
        f"{session_id}.0",
        f"{session_id}.{'9' * 100}.{mac}",
        "not a refresh token at all",
    ]
    for token in forged:
        assert await reason(people.refresh(token)) == "ERROR_REASON_TOKEN_INVALID", token
    assert (await people.refresh(tokens.refresh_token)).session_id == session_id


async def test_mac_of_another_session_is_not_genuine(people: People) -> None:
    one, other = await people.signed_in(), await people.signed_in()
    mixed = f"{one.session_id}.0.{other.refresh_token.split('.')[2]}"
    assert await reason(people.refresh(mixed)) == "ERROR_REASON_TOKEN_INVALID"


@pytest.mark.parametrize("end", ["idle_expires_at", "expires_at"])
async def test_expired_session_is_not_refreshed(people: People, stub: Any, end: str) -> None:
    tokens = await people.signed_in()
    await people.room.admin.execute(
        f"UPDATE auth.user_sessions SET {end} = now() - interval '1 second'"
    )
    assert await reason(people.refresh(tokens.refresh_token)) == "ERROR_REASON_SESSION_ENDED"
    refused = stub.GetCurrentUser(pb.GetCurrentUserRequest(), metadata=bearer(tokens))
    assert await reason(refused) == "ERROR_REASON_SESSION_ENDED"


async def test_refreshing_never_outlives_the_absolute_end(people: People) -> None:
    tokens = await people.signed_in()
    await people.room.admin.execute(
        "UPDATE auth.user_sessions SET expires_at = now() + interval '1 hour'"
    )
    refreshed = await people.refresh(tokens.refresh_token)
    ends_at = await people.room.admin.fetchval("SELECT expires_at FROM auth.user_sessions")
    assert refreshed.refresh_token_expires_time.ToNanoseconds() // 1000 == round(
        ends_at.timestamp() * 1_000_000
    )


async def test_switched_off_account_is_not_refreshed(people: People) -> None:
    tokens = await people.signed_in()
    await people.room.admin.execute("UPDATE auth.users SET is_active = false")
    assert await reason(people.refresh(tokens.refresh_token)) == "ERROR_REASON_SESSION_ENDED"


async def test_logout_during_refreshes_is_final(people: People, stub: Any) -> None:
    tokens = await people.signed_in()
    calls = [people.refresh(tokens.refresh_token) for _ in range(20)]
    logout = stub.Logout(pb.LogoutRequest(), metadata=bearer(tokens))
    answers = await asyncio.gather(*calls[:10], logout, *calls[10:], return_exceptions=True)
    pairs = [answer for answer in answers if isinstance(answer, SessionTokens)]
    for newest in {pair.refresh_token for pair in pairs} | {tokens.refresh_token}:
        assert await reason(people.refresh(newest)) == "ERROR_REASON_SESSION_ENDED"
    redis = people.room.given.redis
    assert await redis.keys("session:*") == []


async def test_refresh_carries_the_role_and_tier_of_now(people: People) -> None:
    tokens = await people.signed_in()
    await people.room.admin.execute(
        "UPDATE auth.users SET role = 'admin', subscription_tier = 'premium'"
    )
    from services.kernel import jwt  # noqa: PLC0415 - to look inside

    claims = jwt.parse((await people.refresh(tokens.refresh_token)).access_token, "at+jwt").claims
    assert (claims["role"], claims["tier"], claims["gen"]) == ("admin", "premium", 1)
