"""Redis in front of the decision: what it holds, and that nothing depends on it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest_asyncio
import redis.asyncio as redis
from inergize.safety.v1.safety_internal_service_pb2 import EXECUTION_OUTCOME_NOT_SENT

from services.safety.limiter import Hint, Limiter
from services.safety.model import Attempt, Limits, Use, Window
from tests.integration.safety.calls import ALLOWED, Safety
from tests.support.valkey import Valkey
from tests.support.waiting import eventually

NO_GAP = timedelta(0)
TEN_A_MINUTE = [Window("minute", 10, timedelta(minutes=1)), Window("hour", 30, timedelta(hours=1))]


@pytest_asyncio.fixture
async def client(valkey: Valkey) -> AsyncIterator[redis.Redis]:
    async with redis.Redis(port=valkey.port, decode_responses=True) as client:
        yield client


def limiter_with(client: redis.Redis, *uses: Use) -> Limiter:
    async def load(_: UUID) -> list[Use]:
        return list(uses)

    return Limiter(client, load)


def attempt_by(user_id: UUID) -> Attempt:
    return Attempt(uuid4(), user_id, "publish_post")


async def test_32_at_once_take_what_a_window_holds(client: redis.Redis) -> None:
    limiter, user_id = limiter_with(client), uuid4()

    hints = await asyncio.gather(
        *(limiter.take(attempt_by(user_id), TEN_A_MINUTE) for _ in range(32))
    )

    assert (hints.count(Hint.FREE), hints.count(Hint.FULL)) == (10, 22)


async def test_full_window_takes_nothing_from_the_others(client: redis.Redis) -> None:
    limiter, user_id = limiter_with(client), uuid4()
    for _ in range(12):
        await limiter.take(attempt_by(user_id), TEN_A_MINUTE)

    assert await client.zcard(f"win:{{{user_id}}}:publish_post") == 10


async def test_same_attempt_meets_its_own_use(client: redis.Redis) -> None:
    limiter, attempt = limiter_with(client), attempt_by(uuid4())
    one = [Window("minute", 1, timedelta(minutes=1))]

    hints = [await limiter.take(attempt, one) for _ in range(100)]

    assert set(hints) == {Hint.FREE}
    assert await limiter.take(attempt_by(attempt.user_id), one) is Hint.FULL


async def test_use_leaves_its_window(client: redis.Redis) -> None:
    limiter, user_id = limiter_with(client), uuid4()
    blink = [Window("blink", 1, timedelta(milliseconds=50))]
    assert await limiter.take(attempt_by(user_id), blink) is Hint.FREE

    async def is_free() -> bool:
        return await limiter.take(attempt_by(user_id), blink) is Hint.FREE

    assert await eventually(is_free)


async def test_lost_windows_are_refilled_from_what_is_stored(
    safety: Safety, ceiling: Callable[[Limits], None], client: redis.Redis
) -> None:
    ceiling(Limits(daily_cap=3, weekly_cap=9, min_gap=NO_GAP))
    user_id = await safety.make_user()
    for _ in range(2):
        await safety.reserve(user_id)
    await client.flushall()

    await safety.reserve(user_id)

    log = f"win:{{{user_id}}}:publish_post"
    names = {str(row["attempt_id"]) for row in await safety.allowed(user_id)}
    assert set(await client.zrange(log, 0, -1)) == names
    assert len(names) == 3
    assert 7 * 86_400 < await client.ttl(log) <= 8 * 86_400


async def test_refused_and_released_attempts_leave_the_windows(
    safety: Safety, client: redis.Redis
) -> None:
    user_id, kept, freed = await safety.make_user(restricted=True), uuid4(), uuid4()
    await safety.reserve(user_id, kept)
    await safety.room.admin.execute("UPDATE safety.safety_settings SET restricted = false")
    assert (await safety.reserve(user_id, freed)).verdict == ALLOWED

    await safety.report(user_id, freed, EXECUTION_OUTCOME_NOT_SENT)

    assert await client.zcard(f"win:{{{user_id}}}:publish_post") == 0


async def test_windows_that_hold_too_much_neither_refuse_nor_allow(
    safety: Safety, ceiling: Callable[[Limits], None]
) -> None:
    ceiling(Limits(daily_cap=5, weekly_cap=20, min_gap=NO_GAP))
    user_id = await safety.make_user()
    await asyncio.gather(*(safety.reserve(user_id) for _ in range(5)))

    for _ in range(6):  # a race is not lost every time
        await safety.room.admin.execute("DELETE FROM safety.action_reservations")
        answers = await asyncio.gather(*(safety.reserve(user_id) for _ in range(32)))
        assert [answer.verdict for answer in answers].count(ALLOWED) == 5


async def test_daily_count_is_shown_in_the_users_day(
    safety: Safety, ceiling: Callable[[Limits], None], client: redis.Redis
) -> None:
    ceiling(Limits(daily_cap=50, weekly_cap=50, min_gap=NO_GAP))
    user_id, last = await safety.make_user(timezone="Pacific/Kiritimati"), uuid4()
    day = await safety.room.admin.fetchval(
        "SELECT (now() AT TIME ZONE 'Pacific/Kiritimati')::date::text"
    )
    key = f"automation_limit:{{{user_id}}}:{day}"

    await asyncio.gather(*(safety.reserve(user_id) for _ in range(7)))
    await safety.reserve(user_id, last)

    assert await client.get(key) == "8"
    assert 86_400 < await client.ttl(key) <= 2 * 86_400
    await safety.report(user_id, last, EXECUTION_OUTCOME_NOT_SENT)
    assert await client.get(key) == "7"
    assert await client.ttl(key) > 86_400
