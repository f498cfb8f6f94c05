"""What a service holds about a user beside its tables is erased with them."""

import json
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import asyncpg
import pytest
import redis.asyncio as redis
from grpc import StatusCode
from grpc.aio import AioRpcError

from services.analytics.__main__ import build as build_analytics
from services.kernel.config import RedisSettings, S3Settings
from services.profile.__main__ import build as build_profile
from services.safety.__main__ import build as build_safety
from tests.support.rooms import RunningRoom
from tests.support.s3 import running_s3
from tests.support.valkey import free_port
from tests.support.work import Work

StartRoom = Callable[..., Awaitable[RunningRoom]]


async def _keys(client: redis.Redis, user_id: UUID) -> list[str]:
    return sorted([key async for key in client.scan_iter(f"*{user_id}*")])


async def test_windows_and_counts_go_with_the_reservations(
    start_room: StartRoom, admin: asyncpg.Connection
) -> None:
    safety = await start_room("safety", build_safety)
    user_id, other_id = await safety.make_user(), await safety.make_user()
    today = await admin.fetchval("SELECT (now() AT TIME ZONE 'UTC')::date")
    for owner in (user_id, other_id):
        await admin.execute(
            "INSERT INTO safety.action_reservations"
            " (attempt_id, user_id, action_type, verdict, policy_version)"
            " VALUES ($1, $2, 'of_another_time', 'allowed', 1)",
            uuid4(),
            owner,
        )
        for name in ("ready", "publish_post", "of_another_time"):
            await safety.given.redis.set(f"win:{{{owner}}}:{name}", "1")
        await safety.given.redis.set(f"automation_limit:{{{owner}}}:{today}", "1")

    assert await Work(safety).erase(user_id)

    assert await _keys(safety.given.redis, user_id) == []
    assert len(await _keys(safety.given.redis, other_id)) == 4


async def test_without_redis_nothing_is_erased_yet(
    start_room: StartRoom, admin: asyncpg.Connection
) -> None:
    """The rows tell the names of the keys: they must not go before them."""
    nowhere = RedisSettings(url=f"redis://127.0.0.1:{free_port()}/0")  # type: ignore[arg-type]
    safety = await start_room("safety", build_safety, redis=nowhere)
    user_id = await safety.make_user()
    await admin.execute("INSERT INTO safety.safety_settings (user_id) VALUES ($1)", user_id)
    with pytest.raises(AioRpcError) as refused:
        await Work(safety).erase(user_id)
    assert refused.value.code() is StatusCode.UNAVAILABLE
    assert await admin.fetchval("SELECT count(*) FROM safety.safety_settings") == 1


async def test_live_counts_and_waiting_events_go_with_the_series(
    start_room: StartRoom, admin: asyncpg.Connection
) -> None:
    analytics = await start_room("analytics", build_analytics)
    user_id, other_id = await analytics.make_user(), await analytics.make_user()
    for owner in (user_id, other_id):
        await analytics.given.redis.set(f"profile_live:{{{owner}}}", "1")
    events = [{"user_id": str(owner), "n": n} for n in range(2) for owner in (user_id, other_id)]
    await admin.execute(
        "INSERT INTO analytics.outbox (topic, payload, available_at)"
        " VALUES ('stream', $1, 'infinity'), ('stream', $2, 'infinity')",
        json.dumps({"events": events}),
        json.dumps({"events": [{"user_id": str(user_id)}]}),
    )

    assert await Work(analytics).erase(user_id)

    assert await _keys(analytics.given.redis, user_id) == []
    assert len(await _keys(analytics.given.redis, other_id)) == 1
    left = await admin.fetch("SELECT payload FROM analytics.outbox ORDER BY id")
    assert [json.loads(row["payload"]) for row in left] == [
        {"events": [{"user_id": str(other_id), "n": 0}, {"user_id": str(other_id), "n": 1}]},
        {"events": []},
    ]


async def _seal_badly(admin: asyncpg.Connection, user_id: UUID) -> None:
    await admin.execute(
        "INSERT INTO profile.linkedin_tokens"
        " (user_id, access_token_ct, access_token_nonce, data_key, key_id)"
        " VALUES ($1, 'ct', 'nonce of 12b', 'key', 'k1')",
        user_id,
    )


async def test_linkedin_tokens_go_first(start_room: StartRoom, admin: asyncpg.Connection) -> None:
    """More rows than one call takes: what may be sent with goes in the first.

    Even these, which do not open: the key that they name is lost.
    """
    async with running_s3() as (s3, _):
        profile = await start_room("profile", build_profile, s3=s3)
        user_id = await profile.make_user()
        await _seal_badly(admin, user_id)
        await admin.execute(
            "INSERT INTO profile.linkedin_api_usage (user_id, endpoint, method, status_code)"
            " SELECT $1, '/rest/posts', 'POST', 201 FROM generate_series(1, 5001)",
            user_id,
        )
        assert not await Work(profile).erase(user_id)
        assert await admin.fetchval("SELECT count(*) FROM profile.linkedin_tokens") == 0
        assert await Work(profile).erase(user_id)
        assert await admin.fetchval("SELECT count(*) FROM profile.linkedin_revocations") == 0


async def test_without_s3_the_tokens_are_gone_and_the_rest_waits(
    start_room: StartRoom, admin: asyncpg.Connection
) -> None:
    """Files may lie there that only these rows tell of."""
    nowhere = S3Settings(url=f"http://127.0.0.1:{free_port()}")
    profile = await start_room("profile", build_profile, s3=nowhere)
    user_id = await profile.make_user()
    await _seal_badly(admin, user_id)
    await admin.execute("INSERT INTO profile.user_preferences (user_id) VALUES ($1)", user_id)

    with pytest.raises(AioRpcError) as refused:
        await Work(profile).erase(user_id)

    assert refused.value.code() is StatusCode.UNAVAILABLE
    assert await admin.fetchval("SELECT count(*) FROM profile.linkedin_tokens") == 0
    assert await admin.fetchval("SELECT count(*) FROM profile.user_preferences") == 1
