"""The dashboard shows what was inserted, from wherever it can be read."""

from datetime import UTC, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.analytics.partitions import Partitions
from tests.integration.analytics.calls import Analytics, event, refusal
from tests.support.replies import error_info
from tests.support.valkey import Valkey

KINDS = ["content_published", "profile_viewed", "connection_accepted", "post_reaction",
         "post_comment", "post_share", "mail_opened"]  # fmt: skip


async def record_one_of_each(analytics: Analytics, user_id: UUID) -> None:
    others = [event(uuid4(), kind) for kind in KINDS]
    await analytics.record([event(user_id, kind) for kind in KINDS] + others)
    async with analytics.pipeline_running():
        await analytics.all_done()


async def test_live_counts_and_event_counts(analytics: Analytics) -> None:
    user_id = await analytics.room.make_user()
    await record_one_of_each(analytics, user_id)

    dashboard = await analytics.dashboard(user_id)

    live = dashboard.live
    assert (live.views_today, live.connections_today) == (1, 1)
    assert (live.engagement_today, live.posts_today) == (3, 1)
    assert not dashboard.is_degraded
    counts = {found.event_type: found.count for found in dashboard.event_counts}
    assert counts == dict.fromkeys(KINDS, 1)


async def test_without_redis_the_same_counts_are_degraded(
    fragile: Analytics, own_valkey: Valkey
) -> None:
    user_id = await fragile.room.make_user()
    await record_one_of_each(fragile, user_id)
    before = await fragile.dashboard(user_id)
    own_valkey.kill()

    dashboard = await fragile.dashboard(user_id)

    assert dashboard.is_degraded
    assert dashboard.live == before.live
    assert dashboard.event_counts == before.event_counts


async def test_flushed_counts_are_counted_again_and_kept(analytics: Analytics) -> None:
    user_id = await analytics.room.make_user()
    await record_one_of_each(analytics, user_id)
    before = await analytics.dashboard(user_id)
    await analytics.room.given.redis.flushall()

    first, second = await analytics.dashboard(user_id), await analytics.dashboard(user_id)

    assert (first.is_degraded, second.is_degraded) == (True, False)
    assert first.live == second.live == before.live


async def test_last_update_is_the_latest_event(analytics: Analytics) -> None:
    user_id = await analytics.room.make_user()
    batch = [event(user_id), event(user_id, ago=timedelta(milliseconds=5))]
    await analytics.record(batch)
    async with analytics.pipeline_running():
        await analytics.all_done()

    shown = (await analytics.dashboard(user_id)).live.last_updated_time

    assert shown.ToMicroseconds() == batch[0].time.ToMicroseconds()


async def test_only_today_counts_as_today(analytics: Analytics) -> None:
    user_id = await analytics.room.make_user()
    await analytics.record([event(user_id, ago=timedelta(hours=24)), event(user_id)])
    async with analytics.pipeline_running():
        await analytics.all_done()
    await analytics.room.admin.execute(  # as an event may come shortly before midnight
        "INSERT INTO analytics.analytics_events"
        " (time, user_id, event_type, event_category, event_id)"
        " VALUES (now() + interval '1 day', $1, 'content_published', 'content', $2)",
        user_id,
        uuid4(),
    )
    await analytics.room.given.redis.flushall()

    dashboard = await analytics.dashboard(user_id)

    assert dashboard.live.posts_today == 1


async def test_counts_of_another_day_give_way(analytics: Analytics) -> None:
    user_id = await analytics.room.make_user()
    old: Any = {
        "day": "2020-01-01",
        "posts_today": "9",
        "last_updated": "2020-01-01T10:00:00.000000Z",
    }
    await analytics.room.given.redis.hset(f"profile_live:{{{user_id}}}", mapping=old)

    first, second = await analytics.dashboard(user_id), await analytics.dashboard(user_id)

    assert first.live == second.live
    assert (second.live.posts_today, second.is_degraded) == (0, False)
    assert not second.live.HasField("last_updated_time")


async def test_days_bound_the_event_counts(analytics: Analytics) -> None:
    user_id = await analytics.room.make_user()
    ages = [timedelta(hours=1), timedelta(days=3), timedelta(days=20)]
    await analytics.record([event(user_id, ago=ago) for ago in ages])
    async with analytics.pipeline_running():
        await analytics.all_done()

    counts = {
        days: (await analytics.dashboard(user_id, days)).event_counts[0].count
        for days in (1, 0, 30)
    }

    assert counts == {1: 1, 0: 2, 30: 3}


async def test_live_counts_are_published_and_forgotten_in_time(analytics: Analytics) -> None:
    user_id = await analytics.room.make_user()
    client = analytics.room.given.redis
    async with client.pubsub() as watching:
        await watching.subscribe(f"live:{{{user_id}}}")
        await watching.get_message(timeout=2)
        await record_one_of_each(analytics, user_id)
        message = await watching.get_message(timeout=2)
    assert message is not None
    assert '"posts_today":1' in message["data"]
    key = f"profile_live:{{{user_id}}}"
    assert 47 * 3600 < await client.ttl(key) <= 48 * 3600
    assert await client.hget(key, "engagement_today") == "3"


async def test_initialized_user_has_figures_of_today(analytics: Analytics) -> None:
    user_id = await analytics.room.make_user()

    for _ in range(2):
        await analytics.initialize(user_id)

    dashboard = await analytics.dashboard(user_id)
    assert (dashboard.live.posts_today, dashboard.is_degraded) == (0, False)
    days = await analytics.room.admin.fetch("SELECT date FROM analytics.user_analytics_summary")
    today = await analytics.room.admin.fetchval("SELECT now()")
    assert [row["date"] for row in days] == [today.astimezone(UTC).date()]


async def test_unknown_user_cannot_be_initialized(analytics: Analytics) -> None:
    refused = await refusal(analytics.initialize(uuid4()))

    assert error_info(refused).reason == "ERROR_REASON_USER_NOT_FOUND"


@pytest.mark.parametrize("missing", ["analytics_events", "profile_metrics"])
async def test_missing_month_is_made(analytics: Analytics, missing: str) -> None:
    admin = analytics.room.admin
    months = "SELECT count(*) FROM pg_inherits WHERE inhparent = $1::text::regclass"
    before = await admin.fetchval(months, f"analytics.{missing}")
    last = await admin.fetchval(
        "SELECT $1 || to_char((now() AT TIME ZONE 'UTC')::date + interval '2 months', '_YYYY_MM')",
        missing,
    )
    await admin.execute(f"DROP TABLE analytics.{last}")

    job = Partitions(analytics.room.given.db).job()
    assert await job.run(None) is None
    assert await job.run(None) is None

    assert await admin.fetchval(months, f"analytics.{missing}") == before
