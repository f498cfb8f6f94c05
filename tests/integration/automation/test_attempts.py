"""Attempts: held by one, ended once, never two that may have reached LinkedIn."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from grpc import StatusCode
from inergize.automation.v1 import automation_internal_service_pb2 as internal
from inergize.common.v1 import work_internal_service_pb2 as work
from inergize.common.v1.work_internal_service_pb2_grpc import WorkInternalServiceStub

from services.profile.notifications.kinds import CATALOGUE, Kind
from tests.integration.automation.calls import (
    BLOCKED,
    CLAIMED,
    CONFIRMED,
    REJECTED,
    SKIPPED,
    UNKNOWN,
    URN,
    State,
    Workers,
    refusal,
    timestamp,
)
from tests.support.replies import bad_request, error_info
from tests.support.rooms import RunningRoom


async def assert_held(call: object, state: str) -> None:
    refused = await refusal(call)
    assert refused.code() is StatusCode.FAILED_PRECONDITION
    assert error_info(refused).reason == "ERROR_REASON_ACTION_HELD"
    assert error_info(refused).metadata["state"] == state


async def assert_fence_lost(call: object) -> None:
    refused = await refusal(call)
    assert refused.code() is StatusCode.ABORTED
    assert error_info(refused).reason == "ERROR_REASON_FENCE_LOST"


async def test_new_attempt_is_claimed(workers: Workers) -> None:
    begun = await workers.begin()
    assert begun.state == CLAIMED
    assert begun.fence > 0


async def test_twenty_at_once_begin_one_attempt(workers: Workers) -> None:
    action_id = uuid4()
    replies = await asyncio.gather(
        *(workers.begin(action_id) for _ in range(20)), return_exceptions=True
    )
    begun = [reply for reply in replies if isinstance(reply, internal.BeginAttemptResponse)]
    assert len(begun) == 1
    assert await workers.room.admin.fetchval("SELECT count(*) FROM automation.automation_logs") == 1


async def test_twenty_at_once_take_over_a_lapsed_attempt_once(workers: Workers) -> None:
    action_id = uuid4()
    slept = await workers.begin(action_id)
    await workers.lapse_leases()
    replies = await asyncio.gather(
        *(workers.begin(action_id) for _ in range(20)), return_exceptions=True
    )
    (begun,) = [reply for reply in replies if isinstance(reply, internal.BeginAttemptResponse)]
    assert begun.attempt_id == slept.attempt_id
    assert begun.fence > slept.fence


async def test_held_attempt_is_refused_to_everybody(workers: Workers) -> None:
    action_id = uuid4()
    await workers.begin(action_id)
    await assert_held(workers.begin(action_id), "claimed")
    await assert_held(workers.begin(action_id, claimed_by="worker-2"), "claimed")


@pytest.mark.parametrize("state", [CONFIRMED, UNKNOWN])
async def test_nothing_follows_what_may_have_reached_linkedin(
    workers: Workers, state: State
) -> None:
    action_id = uuid4()
    await workers.end(await workers.begin(action_id), state)
    refused = await refusal(workers.begin(action_id, attempt=2))
    assert error_info(refused).reason == "ERROR_REASON_ACTION_HELD"


@pytest.mark.parametrize("state", [REJECTED, BLOCKED, SKIPPED])
async def test_another_attempt_follows_what_did_not_happen(workers: Workers, state: State) -> None:
    action_id = uuid4()
    first = await workers.begin(action_id)
    await workers.end(first, state)
    second = await workers.begin(action_id, attempt=2)
    assert second.state == CLAIMED
    assert second.attempt_id != first.attempt_id


async def test_no_attempt_follows_one_that_is_under_way(workers: Workers) -> None:
    action_id = uuid4()
    await workers.begin(action_id)
    await assert_held(workers.begin(action_id, attempt=2), "claimed")
    await workers.lapse_leases()
    await assert_held(workers.begin(action_id, attempt=2), "claimed")


async def test_ended_attempt_is_told_without_a_fence(workers: Workers) -> None:
    action_id = uuid4()
    await workers.end(await workers.begin(action_id), CONFIRMED)
    told = await workers.begin(action_id)
    assert (told.state, told.fence, told.remote_id) == (CONFIRMED, 0, URN)


async def test_blocked_attempt_tells_when_it_would_be_allowed(workers: Workers) -> None:
    action_id = uuid4()
    begun = await workers.begin(action_id)
    later = timestamp(datetime.now(UTC) + timedelta(hours=2))
    await workers.end(
        begun, BLOCKED, next_allowed_time=later, block_reasons=["daily_cap"], error_message="full"
    )
    told = await workers.begin(action_id)
    assert (told.state, told.next_allowed_time, told.error_message) == (BLOCKED, later, "full")


async def test_sleeper_wakes_to_a_lost_fence(workers: Workers) -> None:
    action_id = uuid4()
    slept = await workers.begin(action_id)
    await workers.lapse_leases()
    taken_over = await workers.begin(action_id)
    await assert_fence_lost(workers.end(slept, REJECTED, error_message="too late"))
    await workers.end(taken_over, CONFIRMED)
    await assert_fence_lost(workers.end(slept, CONFIRMED))
    assert (await workers.begin(action_id)).state == CONFIRMED


async def test_the_same_end_again_changes_nothing(workers: Workers) -> None:
    begun = await workers.begin()
    await asyncio.gather(*(workers.end(begun, CONFIRMED) for _ in range(10)))
    steps = await workers.room.admin.fetchval(
        "SELECT count(*) FROM automation.automation_log_events WHERE to_state = 'confirmed'"
    )
    assert steps == 1


async def test_another_end_is_refused(workers: Workers) -> None:
    begun = await workers.begin()
    await workers.end(begun, UNKNOWN)
    await assert_fence_lost(workers.end(begun, CONFIRMED))


async def test_unknown_attempt_id_has_no_fence(workers: Workers) -> None:
    await assert_fence_lost(workers.record(str(uuid4()), 1, REJECTED))


async def test_confirmation_names_what_was_made(workers: Workers) -> None:
    begun = await workers.begin()
    refused = await refusal(workers.end(begun, CONFIRMED, remote_id=""))
    assert set(bad_request(refused)) == {"remote_id"}


async def test_attempt_needs_its_user(workers: Workers) -> None:
    refused = await refusal(workers.begin(user_id=str(uuid4())))
    assert refused.code() is StatusCode.NOT_FOUND
    assert error_info(refused).reason == "ERROR_REASON_USER_NOT_FOUND"


async def test_what_waits_for_its_member_is_not_claimed(workers: Workers) -> None:
    action_id = uuid4()
    await workers.room.admin.execute(
        """INSERT INTO automation.automation_logs
                  (user_id, action_id, action_type, state, requires_member)
           VALUES ($1, $2, 'invite', 'planned', true)""",
        workers.user_id,
        action_id,
    )
    await assert_held(workers.begin(action_id), "planned")


async def test_sweep_returns_lapsed_attempts_and_shuts_their_holders_out(
    workers: Workers, room: RunningRoom
) -> None:
    action_id = uuid4()
    slept = await workers.begin(action_id)
    await workers.lapse_leases()
    held = await workers.begin()

    stub = WorkInternalServiceStub(room.channel)
    claims = await stub.ClaimPeriodic(
        work.ClaimPeriodicRequest(claimed_by="scheduler-1"), metadata=room.as_service("scheduler")
    )
    (claim,) = [claim for claim in claims.claims if claim.name == "sweep_lapsed"]
    run = work.RunPeriodicRequest(name=claim.name, due_time=claim.due_time, fence=claim.fence)
    reply = await stub.RunPeriodic(run, metadata=room.as_service("workers"))
    assert reply.is_done

    rows = await room.admin.fetch("SELECT id, state FROM automation.automation_logs")
    assert {str(row["id"]): row["state"] for row in rows} == {
        slept.attempt_id: "queued",
        held.attempt_id: "claimed",
    }
    await assert_fence_lost(workers.end(slept, CONFIRMED))
    again = await workers.begin(action_id)
    assert (again.attempt_id, again.state) == (slept.attempt_id, CLAIMED)
    await workers.end(again, CONFIRMED)


async def notices(workers: Workers) -> list[dict[str, Any]]:
    rows = await workers.room.admin.fetch(
        "SELECT payload FROM automation.outbox WHERE topic = 'notice' AND user_id = $1",
        workers.user_id,
    )
    return [json.loads(row["payload"]) for row in rows]


async def test_what_safety_holds_back_for_good_is_told_once(workers: Workers) -> None:
    begun = await workers.begin(action_type="post_first_comment")
    for _ in range(2):
        await workers.end(begun, BLOCKED, block_reasons=["restricted: Your account is restricted."])

    (told,) = await notices(workers)

    assert told["kind"] == "action_blocked"
    assert told["data"] == {
        "attempt_id": begun.attempt_id,
        "action": "the first comment under your post",
        "reason": "restricted: Your account is restricted",
    }
    assert CATALOGUE[Kind.ACTION_BLOCKED].filled(told["data"])


async def test_what_is_put_off_or_told_by_others_is_not_told(workers: Workers) -> None:
    later = timestamp(datetime.now(UTC) + timedelta(hours=3))
    put_off = await workers.begin(action_type="post_first_comment")
    await workers.end(put_off, BLOCKED, block_reasons=["full"], next_allowed_time=later)
    post = await workers.begin()
    await workers.end(post, BLOCKED, block_reasons=["full"])
    refused = await workers.begin(action_type="post_first_comment")
    await workers.end(refused, REJECTED, error_message="refused")

    assert await notices(workers) == []
