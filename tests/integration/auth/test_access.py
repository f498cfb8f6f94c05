"""Access tokens, and what other services learn of sessions."""

import asyncio
import json
import time
from datetime import timedelta
from functools import partial
from itertools import permutations
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from grpc import StatusCode
from inergize.auth.v1 import auth_internal_service_pb2 as internal_pb
from inergize.auth.v1 import auth_pb2
from inergize.auth.v1 import auth_service_pb2 as pb

from services.auth.__main__ import build
from services.auth.signing.rotation import Rotation
from services.auth.signing.signing_keys import SigningKeys
from services.kernel import jwt
from services.kernel.callers import SessionFacts
from services.kernel.sessions import public_key_from_x
from tests.integration.auth.conftest import People, bearer, refusal
from tests.support.replies import error_info
from tests.support.rooms import RunningRoom
from tests.support.waiting import eventually
from workers.actors.outbox import _note_connection
from workers.deliveries import Delivery

ME = pb.GetCurrentUserRequest()


async def test_access_token_says_what_services_need(people: People) -> None:
    tokens = await people.signed_in()
    parsed = jwt.parse(tokens.access_token, "at+jwt")
    keys = (await people.stub.GetJwks(pb.GetJwksRequest())).keys
    jwt.verify(parsed, public_key_from_x({key.kid: key.x for key in keys}[parsed.key_id]))
    claims = dict(parsed.claims)
    issued_at, expires_at = claims.pop("iat"), claims.pop("exp")
    assert expires_at - issued_at == 600
    assert abs(issued_at - time.time()) < 5
    assert claims.pop("auth_time") == issued_at
    assert tokens.access_token_expires_time.seconds == expires_at
    user_id = await people.room.admin.fetchval("SELECT id::text FROM auth.users")
    assert claims == {
        "iss": "inergize",
        "aud": "inergize",
        "sub": user_id,
        "sid": tokens.session_id,
        "gen": 0,
        "role": "member",
        "tier": "free",
        "auth_level": 1,
    }


async def test_jwks_is_what_envoy_reads(stub: Any) -> None:
    (key,) = (await stub.GetJwks(pb.GetJwksRequest())).keys
    assert (key.kty, key.crv, key.alg, key.use) == ("OKP", "Ed25519", "EdDSA", "sig")
    assert len(key.x) == 43


async def test_token_signed_by_a_stranger_is_refused(people: People, stub: Any) -> None:
    tokens = await people.signed_in()
    parsed = jwt.parse(tokens.access_token, "at+jwt")
    stranger = Ed25519PrivateKey.generate()
    for header in ({"typ": "at+jwt", "kid": parsed.key_id}, {"typ": "at+jwt", "kid": "other"}):
        forged = jwt.sign(stranger, header, parsed.claims)
        call = stub.GetCurrentUser(ME, metadata=[("authorization", f"Bearer {forged}")])
        assert error_info(await refusal(call)).reason == "ERROR_REASON_UNAUTHENTICATED"


async def test_many_processes_starting_at_once_make_one_key(room: RunningRoom) -> None:
    await room.admin.execute("DELETE FROM auth.jwt_keys")
    processes = [SigningKeys(room.given.db, room.given.keys) for _ in range(8)]
    await asyncio.gather(*(process.prepare() for process in processes))
    assert await room.admin.fetchval("SELECT count(*) FROM auth.jwt_keys") == 1


async def test_tokens_of_a_replaced_key_stay_good(
    people: People, stub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.auth.signing.signing_keys.REREAD_SECONDS", 0.0)
    before = await people.signed_in()
    given = people.room.given
    await Rotation(given.db, given.keys, given.settings.auth).rotate(timedelta(0))
    assert len((await stub.GetJwks(pb.GetJwksRequest())).keys) == 2
    after = await people.signed_in()
    kids = {jwt.parse(tokens.access_token, "at+jwt").key_id for tokens in (before, after)}
    assert len(kids) == 2
    for tokens in (before, after):
        await stub.GetCurrentUser(ME, metadata=bearer(tokens))


async def test_signed_out_token_is_refused_within_five_seconds(people: People, stub: Any) -> None:
    tokens = await people.signed_in()
    await stub.GetCurrentUser(ME, metadata=bearer(tokens))
    await stub.Logout(pb.LogoutRequest(), metadata=bearer(tokens))

    async def is_refused() -> bool:
        try:
            await stub.GetCurrentUser(ME, metadata=bearer(tokens))
        except grpc.aio.AioRpcError as refused:
            return bool(error_info(refused).reason == "ERROR_REASON_SESSION_ENDED")
        return False

    assert await eventually(is_refused, seconds=5, every=0.1)


async def test_check_caller_tells_what_a_session_says(people: People, internal: Any) -> None:
    tokens = await people.signed_in()
    reply = await internal.CheckCaller(
        _question(tokens), metadata=people.room.as_service("content")
    )
    proved_seconds = time.time() - reply.authenticated_time.ToNanoseconds() / 1e9
    reply.ClearField("authenticated_time")
    assert 0 <= proved_seconds < 60
    assert reply == internal_pb.CheckCallerResponse(
        role=auth_pb2.ROLE_MEMBER,
        subscription_tier=auth_pb2.SUBSCRIPTION_TIER_FREE,
        auth_level=1,
        time_zone="UTC",
    )
    await people.room.admin.execute(
        "UPDATE auth.users SET tokens_valid_after = '2026-01-02 03:04:05+00'"
    )
    reply = await internal.CheckCaller(
        _question(tokens), metadata=people.room.as_service("content")
    )
    assert reply.tokens_valid_after_time.ToJsonString() == "2026-01-02T03:04:05Z"


async def test_check_caller_knows_no_ended_or_foreign_session(
    people: People, stub: Any, internal: Any
) -> None:
    ended, foreign = await people.signed_in(), await people.signed_in()
    await stub.Logout(pb.LogoutRequest(), metadata=bearer(ended))
    for question in (_question(ended), _question(foreign, user_id=str(uuid4()))):
        refused = await refusal(
            internal.CheckCaller(question, metadata=people.room.as_service("profile"))
        )
        assert refused.code() is StatusCode.NOT_FOUND
        assert error_info(refused).reason == "ERROR_REASON_SESSION_ENDED"


async def test_linkedin_flag_is_set_and_shown(people: People, stub: Any, internal: Any) -> None:
    tokens = await people.signed_in()
    user_id = (await stub.GetCurrentUser(ME, metadata=bearer(tokens))).user.user_id
    for number, is_connected in enumerate((True, False), 1):
        await _announce(people, internal, user_id, number, is_connected=is_connected)
        user = (await stub.GetCurrentUser(ME, metadata=bearer(tokens))).user
        assert user.is_linkedin_connected is is_connected
    refused = await refusal(_announce(people, internal, str(uuid4()), 3, is_connected=True))
    assert refused.code() is StatusCode.NOT_FOUND
    assert error_info(refused).reason == "ERROR_REASON_USER_NOT_FOUND"


@pytest.mark.parametrize("order", list(permutations([(7, True), (8, False), (9, True)])))
async def test_a_late_announcement_changes_nothing(
    people: People, stub: Any, internal: Any, order: tuple[tuple[int, bool], ...]
) -> None:
    tokens = await people.signed_in()
    user_id = (await stub.GetCurrentUser(ME, metadata=bearer(tokens))).user.user_id
    newest = (0, False)

    for announced in (*order, *order):  # each is delivered twice
        number, is_connected = announced
        await _announce(people, internal, user_id, number, is_connected=is_connected)
        newest = max(newest, announced)
        user = (await stub.GetCurrentUser(ME, metadata=bearer(tokens))).user
        assert user.is_linkedin_connected is newest[1]


async def _announce(
    people: People, internal: Any, user_id: str, number: int, *, is_connected: bool
) -> None:
    """Deliver one of Profile's messages, as a worker does."""
    call = partial(internal.SetLinkedInConnected, metadata=people.room.as_service("workers"))
    clients = SimpleNamespace(auth=SimpleNamespace(SetLinkedInConnected=call))
    delivery = Delivery(str(uuid4()), user_id, {"user_id": user_id, "announcement": number}, "")
    open_: Any = SimpleNamespace(clients=clients)
    await _note_connection(open_, delivery, is_connected=is_connected)


async def test_redis_copy_is_what_the_kernel_reads(people: People, stub: Any) -> None:
    tokens = await people.signed_in()
    user_id = (await stub.GetCurrentUser(ME, metadata=bearer(tokens))).user.user_id
    redis = people.room.given.redis
    key = f"session:{{{user_id}}}:{tokens.session_id}"
    facts = SessionFacts(**json.loads(str(await redis.get(key))))
    assert abs(time.time() - facts.authenticated_at) < 60
    assert facts == SessionFacts("member", "free", 1, "UTC", 0.0, facts.authenticated_at)
    assert 0 < await redis.ttl(key) <= 86_400
    assert await redis.smembers(f"user:{{{user_id}}}:sessions") == {tokens.session_id}
    assert (await redis.hgetall(f"{key}:meta")).keys() == {"lastAccessed", "ipAddress", "userAgent"}
    await stub.Logout(pb.LogoutRequest(), metadata=bearer(tokens))
    assert await redis.keys("*session*") == ["sessions:used"]  # which the clock empties


async def test_logout_while_redis_is_away_deletes_the_copy_later(people: People, stub: Any) -> None:
    tokens = await people.signed_in()
    redis = people.room.given.redis
    (key,) = await redis.keys("session:*" + tokens.session_id)
    # Paused, Valkey accepts commands and answers none: worse than a refused connection.
    await redis.client_pause(1_500)
    await stub.Logout(pb.LogoutRequest(), metadata=bearer(tokens))

    async def is_gone() -> bool:
        try:
            return not await redis.exists(key)
        except Exception:  # noqa: BLE001 - still paused
            return False

    assert await eventually(is_gone)


async def test_copies_left_by_a_process_that_died_are_deleted_at_start(
    people: People, start_room: Any
) -> None:
    tokens = await people.signed_in()
    redis = people.room.given.redis
    (key,) = await redis.keys("session:*" + tokens.session_id)
    await people.room.admin.execute(
        "UPDATE auth.user_sessions SET is_active = false, revoked_at = now()"
    )
    await start_room("auth", build, crypto=people.room.given.settings.crypto)
    assert not await redis.exists(key)


async def test_everything_works_without_redis(start_room: Any) -> None:
    from inergize.auth.v1.auth_service_pb2_grpc import AuthServiceStub  # noqa: PLC0415

    from services.kernel.config import RedisSettings  # noqa: PLC0415

    nowhere = RedisSettings(url="redis://127.0.0.1:1/0")  # type: ignore[arg-type]
    room = await start_room("auth", build, redis=nowhere)
    people = People(room, AuthServiceStub(room.channel))
    tokens = await people.signed_in()
    tokens = await people.refresh(tokens.refresh_token)
    await people.stub.GetCurrentUser(ME, metadata=bearer(tokens))
    await people.stub.Logout(pb.LogoutRequest(), metadata=bearer(tokens))
    assert (await refusal(people.refresh(tokens.refresh_token))).code() is (
        StatusCode.UNAUTHENTICATED
    )


def _question(tokens: auth_pb2.SessionTokens, user_id: str = "") -> internal_pb.CheckCallerRequest:
    claims = jwt.parse(tokens.access_token, "at+jwt").claims
    return internal_pb.CheckCallerRequest(
        session_id=tokens.session_id, user_id=user_id or claims["sub"]
    )
