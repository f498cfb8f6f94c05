"""Decisions: what is allowed, what is not, and that the same question has the same answer."""

import asyncio
from collections.abc import Callable
from datetime import UTC, timedelta
from uuid import uuid4

import pytest

from services.safety.model import Limits
from tests.integration.safety.calls import ALLOWED, BLOCKED, DEFERRED, Safety, refusal
from tests.support.replies import error_info

NO_GAP = timedelta(0)


async def test_allowed_action_is_reserved(safety: Safety) -> None:
    user_id, attempt_id = await safety.room.make_user(), uuid4()

    answer = await safety.reserve(user_id, attempt_id)

    assert answer.verdict == ALLOWED
    assert not answer.reasons
    assert not answer.HasField("next_allowed_time")
    (row,) = await safety.allowed(user_id)
    assert (row["attempt_id"], row["outcome"]) == (attempt_id, "pending")


async def test_same_attempt_a_hundred_times_is_one_reservation(safety: Safety) -> None:
    user_id, attempt_id = await safety.make_user(), uuid4()

    answers = await asyncio.gather(*(safety.reserve(user_id, attempt_id) for _ in range(100)))

    assert {answer.verdict for answer in answers} == {ALLOWED}
    assert len(await safety.allowed(user_id)) == 1


async def test_second_action_waits_for_the_gap_and_no_longer(safety: Safety) -> None:
    user_id, late = await safety.make_user(), uuid4()
    await safety.reserve(user_id)
    (first,) = await safety.allowed(user_id)

    answer = await safety.reserve(user_id, late)

    assert answer.verdict == DEFERRED
    assert [reason.rule for reason in answer.reasons] == ["min_gap"]
    assert answer.reasons[0].explanation
    next_allowed = answer.next_allowed_time.ToDatetime(tzinfo=UTC)
    assert next_allowed == first["decided_at"] + timedelta(seconds=10)
    await safety.age(user_id, timedelta(seconds=11))
    assert (await safety.reserve(user_id)).verdict == ALLOWED


async def test_refused_attempt_gets_the_stored_answer_again(safety: Safety) -> None:
    user_id, late = await safety.make_user(), uuid4()
    await safety.reserve(user_id)
    first = await safety.reserve(user_id, late)
    await safety.age(user_id, timedelta(days=8))

    again = await safety.reserve(user_id, late)

    assert first.verdict == DEFERRED
    assert again == first


async def test_refusal_is_logged_once(safety: Safety) -> None:
    user_id, late = await safety.make_user(), uuid4()
    await safety.reserve(user_id)

    await asyncio.gather(*(safety.reserve(user_id, late) for _ in range(8)))

    (logged,) = await safety.compliance(user_id)
    assert (logged["attempt_id"], logged["status"], logged["action_taken"]) == (
        late,
        "warning",
        "deferred",
    )
    assert logged["reasons"] == ["min_gap"]


async def test_action_nobody_has_limits_for_is_blocked(safety: Safety) -> None:
    user_id = await safety.make_user()

    answer = await safety.reserve(user_id, action_type="connection_request")

    assert answer.verdict == BLOCKED
    assert [reason.rule for reason in answer.reasons] == ["unknown_action"]
    (logged,) = await safety.compliance(user_id)
    assert logged["status"] == "violation"


async def test_pause_defers_to_its_end(safety: Safety) -> None:
    until = (await safety.now()) + timedelta(hours=3)
    user_id = await safety.make_user(paused_until=until, pause_reason="user")

    answer = await safety.reserve(user_id)

    assert answer.verdict == DEFERRED
    assert [reason.rule for reason in answer.reasons] == ["paused"]
    assert answer.next_allowed_time.ToDatetime(tzinfo=UTC) == until


async def test_pause_that_is_over_does_not_count(safety: Safety) -> None:
    user_id = await safety.make_user(paused_until=await safety.now(), pause_reason="user")

    assert (await safety.reserve(user_id)).verdict == ALLOWED


async def test_pause_without_end_blocks(safety: Safety) -> None:
    user_id = await safety.make_user(pause_reason="health")
    await safety.room.admin.execute("UPDATE safety.safety_settings SET paused_until = 'infinity'")

    answer = await safety.reserve(user_id)

    assert answer.verdict == BLOCKED
    assert not answer.HasField("next_allowed_time")


async def test_restricted_account_is_blocked(safety: Safety) -> None:
    user_id = await safety.make_user(restricted=True)

    answer = await safety.reserve(user_id)

    assert answer.verdict == BLOCKED
    assert [reason.rule for reason in answer.reasons] == ["restricted"]


async def test_own_limits_tighten(safety: Safety) -> None:
    user_id = await safety.make_user()
    await safety.limit(user_id, daily_cap=1)
    await safety.reserve(user_id)
    await safety.age(user_id, timedelta(hours=1))

    answer = await safety.reserve(user_id)

    assert answer.verdict == DEFERRED
    assert [reason.rule for reason in answer.reasons] == ["daily_cap"]


async def test_own_limits_never_loosen(safety: Safety, ceiling: Callable[[Limits], None]) -> None:
    ceiling(Limits(daily_cap=2, weekly_cap=9, min_gap=NO_GAP))
    user_id = await safety.make_user()
    await safety.limit(user_id, daily_cap=150)

    verdicts = [(await safety.reserve(user_id)).verdict for _ in range(3)]

    assert verdicts == [ALLOWED, ALLOWED, DEFERRED]


async def test_warm_up_rises_day_by_day(safety: Safety, ceiling: Callable[[Limits], None]) -> None:
    ceiling(Limits(daily_cap=50, weekly_cap=200, min_gap=NO_GAP))
    today = (await safety.now()).date()
    user_id = await safety.make_user(warmup_started_on=today - timedelta(days=2))
    await safety.limit(user_id, warmup_start=1, ramp_per_day=1)

    verdicts = [(await safety.reserve(user_id)).verdict for _ in range(4)]

    assert verdicts == [ALLOWED, ALLOWED, ALLOWED, DEFERRED]


async def test_attempt_of_another_user_is_refused(safety: Safety) -> None:
    owner, other, attempt_id = await safety.make_user(), await safety.make_user(), uuid4()
    await safety.reserve(owner, attempt_id)

    refused = await refusal(safety.reserve(other, attempt_id))

    assert error_info(refused).reason == "ERROR_REASON_ATTEMPT_MISMATCH"
    assert not await safety.allowed(other)


@pytest.mark.parametrize("action_type", ["publish_post", "no_such_action"])
async def test_unknown_user_is_not_found(safety: Safety, action_type: str) -> None:
    refused = await refusal(safety.reserve(uuid4(), action_type=action_type))

    assert error_info(refused).reason == "ERROR_REASON_USER_NOT_FOUND"


async def test_quota_shows_what_is_used(safety: Safety) -> None:
    user_id, other = await safety.make_user(), await safety.make_user()
    await safety.reserve(other)
    await safety.reserve(user_id)
    await safety.age(user_id, timedelta(days=2))
    await safety.reserve(user_id)

    quota = await safety.quota(user_id)

    rows = await safety.allowed(user_id)
    day, week = quota["publish_post", "day"], quota["publish_post", "week"]
    assert (day.used, day.limit, week.used, week.limit) == (1, 50, 2, 200)
    resets = [window.reset_time.ToDatetime(tzinfo=UTC) for window in (day, week)]
    assert resets == [
        rows[1]["decided_at"] + timedelta(days=1),
        rows[0]["decided_at"] + timedelta(days=7),
    ]
    unused = quota["post_first_comment", "day"]
    assert (unused.used, unused.HasField("reset_time")) == (0, False)
