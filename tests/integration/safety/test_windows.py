"""No sequence of calls, parallelism or loss of Redis lets through more than a window holds."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.safety.model import Limits
from tests.integration.safety.calls import ALLOWED, DEFERRED, Safety
from tests.support.valkey import Valkey

TIGHT = Limits(daily_cap=3, weekly_cap=5, min_gap=timedelta(minutes=2))
NO_GAP = timedelta(0)

minutes = st.one_of(st.integers(0, 5), st.integers(0, 60 * 30), st.integers(0, 60 * 24 * 8))
steps = st.lists(st.tuples(minutes, st.booleans(), st.integers(1, 4)), max_size=12)


def most_within(times: list[datetime], length: timedelta) -> int:
    """The largest number of instants that any window of that length holds."""
    return max((sum(at - length < other <= at for other in times) for at in times), default=0)


async def times(safety: Safety, user_id: UUID) -> list[datetime]:
    return [row["decided_at"] for row in await safety.allowed(user_id)]


def assert_within(limits: Limits, at: list[datetime]) -> None:
    for window in limits.windows():
        assert most_within(at, window.length) <= window.cap, window.rule


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=steps)
async def test_no_sequence_exceeds_a_window(
    safety: Safety,
    ceiling: Callable[[Limits], None],
    valkey: Valkey,
    steps: list[tuple[int, bool, int]],
) -> None:
    ceiling(TIGHT)
    user_id = await safety.make_user()
    for later, is_flushed, at_once in steps:
        await safety.age(user_id, timedelta(minutes=later))
        if is_flushed:
            flush(valkey)
        await asyncio.gather(*(safety.reserve(user_id) for _ in range(at_once)))
    assert_within(TIGHT, await times(safety, user_id))


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(pauses=st.lists(minutes, min_size=1, max_size=8))
async def test_deferral_names_the_first_instant_that_is_allowed(
    safety: Safety, ceiling: Callable[[Limits], None], pauses: list[int]
) -> None:
    ceiling(TIGHT)
    user_id = await safety.make_user()
    for pause in pauses:
        await safety.reserve(user_id)
        await safety.age(user_id, timedelta(minutes=pause))
    answer = await safety.reserve(user_id)
    if answer.verdict == ALLOWED:
        answer = await safety.reserve(user_id)
    assert answer.verdict == DEFERRED
    wait = answer.next_allowed_time.ToDatetime(tzinfo=UTC) - await safety.now()

    # Tests take time: a minute early is surely early, and the database's clock only moves on.
    await safety.age(user_id, wait - timedelta(minutes=1))
    assert (await safety.reserve(user_id)).verdict == DEFERRED
    await safety.age(user_id, timedelta(minutes=1))
    assert (await safety.reserve(user_id)).verdict == ALLOWED


async def test_32_at_once_get_exactly_what_is_left(
    safety: Safety, ceiling: Callable[[Limits], None]
) -> None:
    ceiling(Limits(daily_cap=10, weekly_cap=20, min_gap=NO_GAP))
    user_id = await safety.room.make_user()  # not even the row to lock exists

    answers = await asyncio.gather(*(safety.reserve(user_id) for _ in range(32)))

    assert sorted(answer.verdict for answer in answers) == [ALLOWED] * 10 + [DEFERRED] * 22
    assert len(await safety.allowed(user_id)) == 10


async def test_flushed_windows_do_not_read_as_free(
    safety: Safety, ceiling: Callable[[Limits], None], valkey: Valkey
) -> None:
    ceiling(Limits(daily_cap=10, weekly_cap=20, min_gap=NO_GAP))
    user_id = await safety.make_user()

    async def flush_often() -> None:
        for _ in range(20):
            flush(valkey)
            await asyncio.sleep(0)

    await asyncio.gather(flush_often(), *(safety.reserve(user_id) for _ in range(60)))

    assert len(await safety.allowed(user_id)) == 10


def flush(valkey: Valkey) -> None:
    with redis.Redis(port=valkey.port) as client:
        client.flushall()
