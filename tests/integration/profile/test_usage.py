"""Calls to LinkedIn are accounted for, and kept back once a quota is used up."""

import asyncio
import json
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from inergize.profile.v1 import linkedin_usage_pb2 as usage
from inergize.profile.v1 import profile_actions_pb2 as actions

from services.profile.usage.counters import Answer, Counters, key_of
from services.profile.usage.families import Family
from services.profile.usage.model import Standing
from tests.integration.profile.conftest import ProfileRoom, StartProfile, publish
from tests.support.waiting import eventually

MIDNIGHT = datetime.combine(datetime.now(UTC).date() + timedelta(days=1), time(), UTC)


async def quotas(profile: ProfileRoom, user_id: UUID) -> dict[int, Any]:
    reply = await profile.users.GetLinkedInQuota(
        usage.GetLinkedInQuotaRequest(), metadata=profile.room.as_user(user_id)
    )
    return {quota.family: quota for quota in reply.quotas}


async def share(profile: ProfileRoom, user_id: UUID) -> Any:
    return (await quotas(profile, user_id))[usage.LINKED_IN_API_FAMILY_SHARE]


async def listed(profile: ProfileRoom, user_id: UUID, **wanted: Any) -> Any:
    return await profile.users.ListLinkedInApiUsage(
        usage.ListLinkedInApiUsageRequest(**wanted), metadata=profile.room.as_user(user_id)
    )


async def noted(profile: ProfileRoom, calls: int) -> None:
    async def enough() -> bool:
        return await profile.count("linkedin_api_usage") >= calls

    await eventually(enough)


def counters(profile: ProfileRoom, limit: int, used: int = 0) -> Counters:
    async def load(_: UUID | None) -> dict[Family, Standing]:
        return {family: Standing(used, limit) for family in Family}

    return Counters(profile.room.given.redis, load, lambda: datetime.now(UTC))


async def test_the_last_call_is_taken_once(profile: ProfileRoom) -> None:
    counted, whose = counters(profile, limit=5), uuid4()

    taken = await asyncio.gather(*(counted.take(whose, Family.SHARE) for _ in range(20)))

    assert sorted(one.left for one in taken if one and one.answer is Answer.TAKEN) == [
        0,
        1,
        2,
        3,
        4,
    ]
    assert {one.until for one in taken if one and one.answer is Answer.SPENT} == {MIDNIGHT}
    assert await profile.room.given.redis.expiretime(key_of(whose)) == int(MIDNIGHT.timestamp())


async def test_pauses_double_until_a_call_goes_through(profile: ProfileRoom) -> None:
    counted, whose = counters(profile, limit=5), uuid4()
    await counted.read(whose)
    pauses = []
    for _ in range(3):
        await counted.hold(whose, Family.SHARE)
        held = await counted.take(whose, Family.SHARE)
        assert held is not None
        assert held.answer is Answer.HELD
        assert held.until is not None
        pauses.append(round((held.until - datetime.now(UTC)).total_seconds() / 60))
    assert pauses == [1, 2, 4]

    await counted.let_go(whose, Family.SHARE)

    again = await counted.take(whose, Family.SHARE)
    assert again is not None
    assert again.answer is Answer.TAKEN


async def test_lost_counts_are_filled_from_the_rows(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    await profile.execute(publish(user_id))
    await noted(profile, 3)
    before = await quotas(profile, user_id)

    await profile.room.given.redis.flushall()

    assert await quotas(profile, user_id) == before
    shared = before[usage.LINKED_IN_API_FAMILY_SHARE]
    assert (shared.used, shared.limit, shared.remaining) == (1, 150, 149)
    assert not shared.is_limit_known
    assert before[usage.LINKED_IN_API_FAMILY_PROFILE].used == 1
    assert shared.reset_time.ToDatetime(tzinfo=UTC) == MIDNIGHT


async def test_a_spent_quota_keeps_the_next_call_back(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    await profile.execute(publish(user_id))
    profile.sandbox.post("faults", kind="throttle", operation="posts.CREATE", detail="MEMBER DAY")
    await profile.execute(publish(user_id))

    async def learned() -> bool:
        return bool((await share(profile, user_id)).remaining == 0)

    await eventually(learned)
    reply = await profile.execute(publish(user_id))  # LinkedIn would take this one

    assert (reply.outcome, reply.error_code) == (actions.ACTION_OUTCOME_REJECTED, "throttled")
    assert reply.status_code == 0
    assert reply.retry_time.ToDatetime(tzinfo=UTC) == MIDNIGHT
    assert len(profile.applied()) == 1
    assert (await share(profile, user_id)).is_limit_known
    await profile.room.given.redis.flushall()
    assert (await share(profile, user_id)).remaining == 0


async def test_the_settings_limit_holds_before_linkedins(
    start_profile: StartProfile, sandbox: Any
) -> None:
    profile = await start_profile(sandbox, member_share_calls_per_day=1)
    user_id = await profile.connected_user()
    await profile.execute(publish(user_id))

    reply = await profile.execute(publish(user_id))

    assert reply.error_code == "throttled"
    assert len(profile.applied()) == 1


async def test_a_spent_application_keeps_everybody_back(
    start_profile: StartProfile, sandbox: Any
) -> None:
    profile = await start_profile(sandbox, application_calls_per_day=2)
    one, other = await profile.connected_user(), await profile.connected_user()
    for _ in range(2):
        await profile.execute(publish(one))

    reply = await profile.execute(publish(other))

    assert reply.error_code == "throttled"
    told = await share(profile, other)
    assert (told.used, told.remaining, told.is_application_spent) == (0, 0, True)


async def test_calls_are_made_while_redis_takes_no_counts(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    await noted(profile, 2)
    # A read-only replica refuses every script that writes, as one does after a failover.
    await profile.room.given.redis.config_set("min-replicas-to-write", 1)
    try:
        reply = await profile.execute(publish(user_id))
        assert reply.outcome == actions.ACTION_OUTCOME_CONFIRMED
    finally:
        await profile.room.given.redis.config_set("min-replicas-to-write", 0)


async def test_calls_are_listed_newest_first_by_page_and_filter(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    profile.sandbox.post("faults", kind="expired", operation="posts.CREATE")
    attempt = publish(user_id)
    await profile.execute(attempt)
    await noted(profile, 3)

    first = await listed(profile, user_id, page_size=2)
    second = await listed(profile, user_id, page_size=2, page_token=first.next_page_token)
    failed = await listed(profile, user_id, only_failed=True)
    posts = await listed(profile, user_id, endpoint_prefix="/rest/", http_status=401)
    later = await listed(profile, user_id, from_time=first.calls[0].created_time)
    stranger = await listed(profile, await profile.room.make_user())

    calls = [*first.calls, *second.calls]
    assert [call.endpoint for call in calls if call.endpoint.startswith("/rest")] == ["/rest/posts"]
    assert len({call.call_id for call in calls}) == 3
    assert second.next_page_token == ""
    assert failed.calls == posts.calls == [calls[0]]
    assert (calls[0].attempt_id, calls[0].remaining) == (attempt.attempt_id, 149)
    assert "expired" in calls[0].error_message
    assert list(later.calls) == [calls[0]]
    assert list(stranger.calls) == []


async def test_measurements_go_to_analytics_without_words(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    await noted(profile, 2)

    (row, *_) = await profile.room.admin.fetch(
        "SELECT user_id, payload FROM profile.outbox WHERE topic = 'api_performance'"
    )

    payload = row["payload"] if isinstance(row["payload"], dict) else json.loads(row["payload"])
    assert row["user_id"] == user_id
    assert [(call["endpoint"], call["status_code"]) for call in payload["calls"]] == [
        ("/oauth/v2/accessToken", 200),
        ("/v2/userinfo", 200),
    ]
    assert set(payload["calls"][0]) == {
        "event_id", "time", "user_id", "endpoint", "response_time_ms", "status_code",
        "rate_limit_remaining", "error_type",
    }  # fmt: skip


async def test_sampled_bodies_keep_their_shape_and_no_words(
    start_profile: StartProfile, sandbox: Any
) -> None:
    profile = await start_profile(sandbox, sampled_share=1)
    user_id = await profile.connected_user()
    await profile.execute(publish(user_id, "words that nobody else may read"))
    await noted(profile, 3)

    rows = await profile.room.admin.fetch(
        "SELECT endpoint, request_data::text AS sent, response_data::text AS answered"
        "  FROM profile.linkedin_api_usage"
    )

    told = {row["endpoint"]: (row["sent"], row["answered"]) for row in rows}
    assert '"visibility": "PUBLIC"' in told["/rest/posts"][0]
    assert '"commentary": "<31 characters>"' in told["/rest/posts"][0]
    assert '"access_token": "<' in told["/oauth/v2/accessToken"][1]
    assert "code=" not in str(told["/oauth/v2/accessToken"][0])
