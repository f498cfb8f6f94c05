"""Reports: what was or may have been sent stays spent; only what was not sent is given back."""

from uuid import uuid4

import pytest
from inergize.safety.v1.safety_internal_service_pb2 import (
    EXECUTION_OUTCOME_NOT_SENT,
    EXECUTION_OUTCOME_SENT,
    EXECUTION_OUTCOME_UNKNOWN,
    ExecutionOutcome,
)

from tests.integration.safety.calls import ALLOWED, DEFERRED, Safety, refusal
from tests.support.replies import error_info

SPENT = [EXECUTION_OUTCOME_SENT, EXECUTION_OUTCOME_UNKNOWN]


async def used(safety: Safety, user_id: object) -> int:
    quota = await safety.quota(user_id)  # type: ignore[arg-type]
    return quota["publish_post", "day"].used


async def test_not_sent_gives_the_quota_back(safety: Safety) -> None:
    user_id, attempt_id = await safety.make_user(), uuid4()
    await safety.reserve(user_id, attempt_id)

    await safety.report(user_id, attempt_id, EXECUTION_OUTCOME_NOT_SENT)

    assert await used(safety, user_id) == 0
    assert (await safety.reserve(user_id)).verdict == ALLOWED


@pytest.mark.parametrize("outcome", SPENT)
async def test_what_may_have_been_sent_is_never_given_back(
    safety: Safety, outcome: ExecutionOutcome.ValueType
) -> None:
    user_id, attempt_id = await safety.make_user(), uuid4()
    await safety.reserve(user_id, attempt_id)

    await safety.report(user_id, attempt_id, outcome)
    await safety.report(user_id, attempt_id, EXECUTION_OUTCOME_NOT_SENT)

    assert await used(safety, user_id) == 1


async def test_unknown_becomes_sent_and_sent_stays(safety: Safety) -> None:
    user_id, attempt_id = await safety.make_user(), uuid4()
    await safety.reserve(user_id, attempt_id)

    for outcome in (EXECUTION_OUTCOME_UNKNOWN, EXECUTION_OUTCOME_SENT, EXECUTION_OUTCOME_UNKNOWN):
        await safety.report(user_id, attempt_id, outcome)

    (row,) = await safety.allowed(user_id)
    assert row["outcome"] == "sent"


async def test_attempt_that_gave_back_is_decided_anew(safety: Safety) -> None:
    user_id, attempt_id = await safety.make_user(), uuid4()
    await safety.reserve(user_id, attempt_id)
    await safety.report(user_id, attempt_id, EXECUTION_OUTCOME_NOT_SENT)
    other = await safety.reserve(user_id)

    again = await safety.reserve(user_id, attempt_id)

    assert (other.verdict, again.verdict) == (ALLOWED, DEFERRED)
    assert await used(safety, user_id) == 1


async def test_attempt_that_gave_back_may_be_allowed_again(safety: Safety) -> None:
    user_id, attempt_id = await safety.make_user(), uuid4()
    await safety.reserve(user_id, attempt_id)
    await safety.report(user_id, attempt_id, EXECUTION_OUTCOME_NOT_SENT)

    again = await safety.reserve(user_id, attempt_id)

    assert again.verdict == ALLOWED
    assert await used(safety, user_id) == 1


async def test_action_without_permission_is_counted_and_logged(safety: Safety) -> None:
    user_id, refused_id = await safety.make_user(), uuid4()
    await safety.reserve(user_id)
    await safety.reserve(user_id, refused_id)

    for _ in range(2):
        await safety.report(user_id, refused_id, EXECUTION_OUTCOME_SENT)

    assert await used(safety, user_id) == 2
    critical = [row for row in await safety.compliance(user_id) if row["status"] == "critical"]
    assert [row["reasons"] for row in critical] == [["acted_without_permission"]]


async def test_report_about_nothing_is_not_found(safety: Safety) -> None:
    user_id = await safety.make_user()

    refused = await refusal(safety.report(user_id, uuid4(), EXECUTION_OUTCOME_SENT))

    assert error_info(refused).reason == "ERROR_REASON_RESERVATION_NOT_FOUND"


async def test_report_about_another_users_attempt_is_not_found(safety: Safety) -> None:
    owner, other, attempt_id = await safety.make_user(), await safety.make_user(), uuid4()
    await safety.reserve(owner, attempt_id)

    refused = await refusal(safety.report(other, attempt_id, EXECUTION_OUTCOME_NOT_SENT))

    assert error_info(refused).reason == "ERROR_REASON_RESERVATION_NOT_FOUND"
    assert await used(safety, owner) == 1
