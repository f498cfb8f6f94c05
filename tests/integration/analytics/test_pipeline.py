"""Every event that was accepted arrives in the time series, once."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import redis

from services.analytics.streams import GROUP, PARTITIONS, partition_of
from tests.integration.analytics.calls import Analytics, event
from tests.support.valkey import Valkey
from tests.support.waiting import eventually


def flush(valkey: Valkey) -> None:
    with redis.Redis(port=valkey.port) as client:
        client.flushall()


async def test_events_arrive_at_once_and_leave_the_stream_empty(analytics: Analytics) -> None:
    batch = [event(uuid4()) for _ in range(200)]

    async with analytics.pipeline_running():
        await analytics.record(batch)
        await analytics.all_done(seconds=5)

    assert await analytics.stored() == sorted(sent.event_id for sent in batch)
    client = analytics.room.given.redis
    lengths = [await client.xlen(f"events:{{{partition}}}") for partition in range(PARTITIONS)]
    assert lengths == [0] * PARTITIONS


async def test_same_events_twice_are_counted_once(analytics: Analytics) -> None:
    user_id = await analytics.room.make_user()
    batch = [event(user_id) for _ in range(5)]

    async with analytics.pipeline_running():
        for _ in range(4):
            await analytics.record(batch)
        await analytics.record([*batch, *batch])
        await analytics.all_done()

    assert await analytics.stored() == sorted(sent.event_id for sent in batch)
    assert await analytics.batch_errors() == set()
    dashboard = await analytics.dashboard(user_id)
    assert dashboard.live.posts_today == 5


async def test_flush_in_flight_loses_nothing(analytics: Analytics, valkey: Valkey) -> None:
    users = [uuid4() for _ in range(20)]
    batches = [[event(user_id) for user_id in users] for _ in range(30)]

    async with analytics.pipeline_running():
        for number, batch in enumerate(batches):
            await analytics.record(batch)
            if number % 5 == 0:
                flush(valkey)
        flush(valkey)
        await analytics.age_batches()
        await analytics.all_done()
        # The groups were wiped too, and come back by themselves.
        late = [event(users[0])]
        await analytics.record(late)
        await analytics.all_done(seconds=5)

    sent = [one.event_id for batch in [*batches, late] for one in batch]
    assert await analytics.stored() == sorted(sent)


async def test_redis_killed_and_started_again(fragile: Analytics, own_valkey: Valkey) -> None:
    user_id = await fragile.room.make_user()
    batches = [[event(user_id)] for _ in range(12)]

    async with fragile.pipeline_running() as pipeline:
        for number, batch in enumerate(batches):
            if number == 4:
                own_valkey.kill()
            if number == 8:
                own_valkey.start()
            await fragile.record(batch)
        await fragile.age_batches()
        await fragile.all_done()
        assert pipeline.is_healthy

        async def is_shown() -> bool:
            dashboard = await fragile.dashboard(user_id)
            return dashboard.live.posts_today == 12 and not dashboard.is_degraded

        await eventually(is_shown)

    assert len(await fragile.stored()) == 12


async def test_events_arrive_while_redis_is_away(fragile: Analytics, own_valkey: Valkey) -> None:
    user_id = await fragile.room.make_user()
    own_valkey.kill()
    batch = [event(user_id)]
    await fragile.record(batch)
    await fragile.age_batches()

    async with fragile.pipeline_running():
        await fragile.all_done()
        dashboard = await fragile.dashboard(user_id)

    assert await fragile.stored() == [batch[0].event_id]
    assert (dashboard.live.posts_today, dashboard.is_degraded) == (1, True)


async def test_connections_cut_by_postgresql(analytics: Analytics) -> None:
    batches = [[event(uuid4()) for _ in range(10)] for _ in range(20)]

    async with analytics.pipeline_running():
        for number, batch in enumerate(batches):
            await analytics.record(batch)
            if number % 4 == 0:
                await cut_connections(analytics)
                await asyncio.sleep(0)
        await analytics.age_batches()
        await analytics.all_done()

    sent = [one.event_id for batch in batches for one in batch]
    assert await analytics.stored() == sorted(sent)


async def cut_connections(analytics: Analytics) -> None:
    """End what the pipeline is doing, as a restart of PostgreSQL would."""
    await analytics.room.admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE usename = 'inergize_analytics' AND datname = current_database()"
        " AND state <> 'idle'"
    )


async def test_unfinished_delivery_is_taken_over(analytics: Analytics) -> None:
    client: Any = analytics.room.given.redis
    user_id = uuid4()
    stream = f"events:{{{partition_of(user_id)}}}"
    heir = analytics.pipeline("heir")
    await heir.follow()  # makes the groups
    batch = [event(user_id)]
    await analytics.record(batch)
    # Delivered a minute ago to a consumer that has died since.
    [[_, [(entry_id, _)]]] = await client.xreadgroup(GROUP, "dead", {stream: ">"})
    await client.xclaim(stream, GROUP, "dead", 0, [entry_id], idle=60_000)

    await heir.take_over()

    assert await analytics.stored() == [batch[0].event_id]
    (group,) = await client.xinfo_groups(stream)
    assert group["pending"] == 0


async def test_failed_delivery_is_tried_again_by_the_same_consumer(analytics: Analytics) -> None:
    pipeline = analytics.pipeline()
    await pipeline.follow()  # makes the groups
    batch = [event(uuid4())]
    await analytics.record(batch)
    rename = "ALTER TABLE analytics.analytics_events RENAME TO"
    await analytics.room.admin.execute(f"{rename} away")
    with pytest.raises(asyncpg.UndefinedTableError):
        await pipeline.follow()
    await analytics.room.admin.execute("ALTER TABLE analytics.away RENAME TO analytics_events")

    await pipeline.follow()

    assert await analytics.stored() == [batch[0].event_id]


async def test_crash_between_the_series_and_the_live_counts_is_made_good(
    analytics: Analytics,
) -> None:
    user_id = await analytics.room.make_user()
    batch = [event(user_id) for _ in range(3)]
    async with analytics.pipeline_running():
        await analytics.record(batch)
        await analytics.all_done()
    # What a process leaves that died after the insert: the row is open, the counts are old.
    await analytics.room.admin.execute("UPDATE analytics.outbox SET done_at = NULL")
    await analytics.room.given.redis.hset(f"profile_live:{{{user_id}}}", "posts_today", "1")
    await analytics.age_batches()

    await analytics.pipeline().sweep()

    dashboard = await analytics.dashboard(user_id)
    assert (dashboard.live.posts_today, dashboard.is_degraded) == (3, False)


async def test_damaged_batch_holds_nobody_up(analytics: Analytics) -> None:
    good = [event(uuid4()) for _ in range(3)]
    damaged = {
        "events": [
            {
                "event_id": str(uuid4()),
                "user_id": str(uuid4()),
                "time": "2026-01-01T00:00:00+00:00",
                "event_type": "x" * 60,
                "event_category": "content",
                "properties": {},
            }
        ]
    }
    for payload in (damaged, {"no": "events"}):
        await analytics.room.admin.execute(
            "INSERT INTO analytics.outbox (topic, payload, available_at)"
            " VALUES ('stream', $1, 'infinity')",
            json.dumps(payload),
        )
    await analytics.record(good)
    await analytics.age_batches()

    await analytics.pipeline().sweep()

    assert await analytics.stored() == sorted(sent.event_id for sent in good)
    errors = {"StringDataRightTruncationError", "KeyError"}
    assert await analytics.batch_errors() == errors


async def test_parallel_pipelines_insert_each_event_once(analytics: Analytics) -> None:
    user_id = await analytics.room.make_user()
    batches = [[event(user_id) for _ in range(20)] for _ in range(10)]
    for batch in batches:
        await analytics.record(batch)
    ids = [row["id"] for row in await analytics.room.admin.fetch("SELECT id FROM analytics.outbox")]

    await asyncio.gather(
        *(analytics.pipeline(f"p{n}")._ingest.take_in(ids[n:] + ids[:n]) for n in range(6))
    )

    assert len(await analytics.stored()) == 200
    dashboard = await analytics.dashboard(user_id)
    assert (dashboard.live.posts_today, dashboard.is_degraded) == (200, False)
