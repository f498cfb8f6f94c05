"""Publishing: each due content is held by one, and ends once."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from grpc import StatusCode
from inergize.content.v1 import content_internal_service_pb2 as internal
from inergize.content.v1 import content_pb2

from tests.integration.content.calls import URN, Author, Machinery, refusal, soon, timestamp
from tests.support.replies import bad_request, error_info
from tests.support.rooms import RunningRoom

PUBLISHED = internal.PUBLICATION_OUTCOME_PUBLISHED
FAILED = internal.PUBLICATION_OUTCOME_FAILED
UNKNOWN = internal.PUBLICATION_OUTCOME_UNKNOWN
DEFERRED = internal.PUBLICATION_OUTCOME_DEFERRED


async def assert_fence_lost(call: object) -> None:
    refused = await refusal(call)
    assert refused.code() is StatusCode.ABORTED
    assert error_info(refused).reason == "ERROR_REASON_FENCE_LOST"


async def test_due_content_is_claimed_begun_and_published(
    author: Author, machinery: Machinery, room: RunningRoom
) -> None:
    content = await author.due("Grüße #ü")
    claim = await machinery.claim_one()
    assert claim.content_id == content.content_id
    assert (await author.get(content.content_id)).publish_state == content_pb2.PUBLISH_STATE_CLAIMED

    task = await machinery.begin(claim)
    assert (task.user_id, task.action_id) == (str(author.user_id), claim.action_id)
    assert (task.attempt, task.text, task.author_urn) == (1, "Grüße #ü", "")
    assert task.visibility == content_pb2.VISIBILITY_PUBLIC
    assert task.scheduled_time == content.scheduled_time

    await machinery.publish(claim)
    read = await author.get(content.content_id)
    assert read.status == content_pb2.CONTENT_STATUS_PUBLISHED
    assert read.publish_state == content_pb2.PUBLISH_STATE_PUBLISHED
    assert (read.linkedin_post_urn, read.publish_action_id) == (URN, claim.action_id)
    assert read.published_time.ToDatetime() > content.created_time.ToDatetime()
    assert await room.admin.fetchval("SELECT status FROM content.content_calendar") == "done"
    assert not (await machinery.claim()).claims


async def test_publication_leaves_one_event_however_often_it_is_recorded(
    author: Author, machinery: Machinery, room: RunningRoom
) -> None:
    content = await author.due()
    claim = await machinery.claim_one()
    await machinery.begin(claim)
    await asyncio.gather(*(machinery.publish(claim) for _ in range(10)))
    etag = (await author.get(content.content_id)).etag
    await machinery.publish(claim)

    assert (await author.get(content.content_id)).etag == etag
    counted, notice, told = await room.admin.fetch(
        "SELECT topic, queue, user_id, payload::text FROM content.outbox ORDER BY topic"
    )
    topics = (counted["topic"], notice["topic"], told["topic"])
    assert topics == ("events", "notice", "webhook_event")
    for row in (counted, told):
        assert (row["queue"], row["user_id"]) == ("normal", author.user_id)
        for word in ("content_published", content.content_id, URN, claim.action_id):
            assert word in row["payload"]


async def test_what_is_not_due_is_left_alone(author: Author, machinery: Machinery) -> None:
    await author.create()
    draft = await author.create()
    planned = await author.schedule(draft.content_id, soon(hours=3))
    reply = await machinery.claim()
    assert not reply.claims
    assert reply.next_due_time == planned.scheduled_time


async def test_nothing_scheduled_has_no_next_time(machinery: Machinery) -> None:
    assert not (await machinery.claim()).HasField("next_due_time")


async def test_next_time_is_when_the_lease_ends(author: Author, machinery: Machinery) -> None:
    await author.due()
    await machinery.claim_one()
    next_due = (await machinery.claim()).next_due_time.ToDatetime()
    until = next_due - soon().replace(tzinfo=None)
    assert timedelta(seconds=50) < until <= timedelta(seconds=61)


async def test_more_than_the_limit_is_due_again_at_once(
    author: Author, machinery: Machinery
) -> None:
    first, second = [await author.due() for _ in range(2)]
    reply = await machinery.claim(limit=1)
    assert [claim.content_id for claim in reply.claims] == [first.content_id]
    assert reply.next_due_time.ToDatetime() <= soon().replace(tzinfo=None)
    assert (await machinery.claim_one()).content_id == second.content_id


async def test_twenty_at_once_claim_each_content_once(author: Author, machinery: Machinery) -> None:
    due = {(await author.due()).content_id for _ in range(60)}
    replies = await asyncio.gather(*(machinery.claim(limit=7) for _ in range(20)))
    rest = await machinery.claim()
    claimed = Counter(claim.content_id for reply in [*replies, rest] for claim in reply.claims)
    assert claimed == dict.fromkeys(due, 1)


async def test_lapsed_claim_is_claimed_again_and_the_first_holder_is_refused(
    author: Author, machinery: Machinery
) -> None:
    content = await author.due()
    slept = await machinery.claim_one()
    await machinery.begin(slept)
    await machinery.lapse_leases()

    taken_over = await machinery.claim_one()
    assert taken_over.action_id == slept.action_id
    assert taken_over.fence > slept.fence
    assert (await machinery.begin(taken_over)).attempt == 1
    await assert_fence_lost(machinery.begin(slept))
    await assert_fence_lost(machinery.publish(slept))
    assert not (await author.get(content.content_id)).linkedin_post_urn

    await machinery.publish(taken_over)
    await assert_fence_lost(machinery.record(slept, FAILED, error="woke up late"))
    read = await author.get(content.content_id)
    assert read.status == content_pb2.CONTENT_STATUS_PUBLISHED


async def test_holder_whose_lease_lapsed_unnoticed_may_finish(
    author: Author, machinery: Machinery
) -> None:
    content = await author.due()
    claim = await machinery.claim_one()
    await machinery.begin(claim)
    await machinery.lapse_leases()
    await machinery.publish(claim)
    assert (await author.get(content.content_id)).linkedin_post_urn == URN


async def test_begin_again_answers_the_same(author: Author, machinery: Machinery) -> None:
    await author.due()
    claim = await machinery.claim_one()
    assert await machinery.begin(claim) == await machinery.begin(claim)


async def test_claimed_may_be_called_off_and_its_holder_cannot_begin(
    author: Author, machinery: Machinery
) -> None:
    content = await author.due()
    claim = await machinery.claim_one()
    await author.unschedule(content.content_id)
    await assert_fence_lost(machinery.begin(claim))
    await assert_fence_lost(machinery.publish(claim))


async def test_claimed_may_be_moved_and_its_holder_cannot_begin(
    author: Author, machinery: Machinery
) -> None:
    content = await author.due()
    claim = await machinery.claim_one()
    await author.schedule(content.content_id, soon(hours=1))
    await assert_fence_lost(machinery.begin(claim))
    assert not (await machinery.claim()).claims


@pytest.mark.parametrize("is_lapsed", [False, True])
async def test_what_has_begun_is_neither_moved_nor_called_off(
    author: Author, machinery: Machinery, *, is_lapsed: bool
) -> None:
    content = await author.due()
    await machinery.begin(await machinery.claim_one())
    if is_lapsed:
        await machinery.lapse_leases()
        await machinery.claim_one()
    for change in (
        author.schedule(content.content_id, soon(hours=1)),
        author.unschedule(content.content_id),
    ):
        refused = await refusal(change)
        assert refused.code() is StatusCode.FAILED_PRECONDITION
        assert error_info(refused).metadata["publish_state"] == "publishing"


async def test_begin_and_calling_off_at_once_have_one_winner(
    author: Author, machinery: Machinery
) -> None:
    for _ in range(15):
        content = await author.due()
        claim = await machinery.claim_one()
        begun, called_off = await asyncio.gather(
            machinery.begin(claim), author.unschedule(content.content_id), return_exceptions=True
        )
        assert isinstance(begun, Exception) != isinstance(called_off, Exception)


async def test_deferred_waits_for_its_time_and_counts_an_attempt(
    author: Author, machinery: Machinery
) -> None:
    content = await author.due()
    claim = await machinery.claim_one()
    await machinery.begin(claim)
    retry = timestamp(soon(hours=1))
    for _ in range(2):  # the second changes nothing
        await machinery.record(claim, DEFERRED, retry_time=retry, error="daily limit")

    waiting = await author.get(content.content_id)
    assert waiting.status == content_pb2.CONTENT_STATUS_SCHEDULED
    assert waiting.publish_state == content_pb2.PUBLISH_STATE_IDLE
    assert waiting.publish_error == "daily limit"
    assert waiting.scheduled_time == content.scheduled_time
    reply = await machinery.claim()
    assert not reply.claims
    assert reply.next_due_time == retry

    await machinery.lapse_leases()
    again = await machinery.claim_one()
    assert again.action_id == claim.action_id
    assert (await machinery.begin(again)).attempt == 2
    await machinery.publish(again)
    assert (await author.get(content.content_id)).publish_error == ""


async def test_deferred_may_be_called_off(author: Author, machinery: Machinery) -> None:
    content = await author.due()
    claim = await machinery.claim_one()
    await machinery.begin(claim)
    await machinery.record(claim, DEFERRED, retry_time=timestamp(soon(hours=1)))
    draft = await author.unschedule(content.content_id)
    assert (draft.publish_action_id, draft.publish_error) == ("", "")


async def test_failed_may_be_scheduled_anew_as_another_action(
    author: Author, machinery: Machinery, room: RunningRoom
) -> None:
    content = await author.due()
    claim = await machinery.claim_one()
    await machinery.begin(claim)
    await machinery.record(claim, FAILED, error="duplicate post", remote_id="ignored")
    failed = await author.get(content.content_id)
    assert failed.status == content_pb2.CONTENT_STATUS_FAILED
    assert failed.publish_state == content_pb2.PUBLISH_STATE_FAILED
    assert (failed.publish_error, failed.linkedin_post_urn) == ("duplicate post", "")
    assert await room.admin.fetchval("SELECT status FROM content.content_calendar") == "missed"
    assert await room.admin.fetchval("SELECT array_agg(topic) FROM content.outbox") == ["notice"]

    await author.schedule(content.content_id, soon())
    again = await machinery.claim_one()
    assert again.action_id != claim.action_id
    assert (await machinery.begin(again)).attempt == 1
    await assert_fence_lost(machinery.record(claim, FAILED))


async def test_unknown_is_never_claimed_moved_or_called_off(
    author: Author, machinery: Machinery
) -> None:
    content = await author.due()
    claim = await machinery.claim_one()
    await machinery.begin(claim)
    for _ in range(2):
        await machinery.record(claim, UNKNOWN, error="no answer")
    await machinery.lapse_leases()
    reply = await machinery.claim()
    assert not reply.claims
    assert not reply.HasField("next_due_time")
    assert (await author.get(content.content_id)).publish_state == content_pb2.PUBLISH_STATE_UNKNOWN
    for change in (
        author.schedule(content.content_id, soon(hours=1)),
        author.unschedule(content.content_id),
    ):
        assert error_info(await refusal(change)).metadata["publish_state"] == "unknown"
    await assert_fence_lost(machinery.begin(claim))


async def test_unknown_may_be_settled(author: Author, machinery: Machinery) -> None:
    content = await author.due()
    claim = await machinery.claim_one()
    await machinery.begin(claim)
    await machinery.record(claim, UNKNOWN)
    await machinery.publish(claim)
    assert (await author.get(content.content_id)).linkedin_post_urn == URN
    await assert_fence_lost(machinery.record(claim, UNKNOWN))


async def test_result_needs_what_its_outcome_needs(author: Author, machinery: Machinery) -> None:
    await author.due()
    claim = await machinery.claim_one()
    await machinery.begin(claim)
    assert set(bad_request(await refusal(machinery.record(claim, PUBLISHED)))) == {"remote_id"}
    assert set(bad_request(await refusal(machinery.record(claim, DEFERRED)))) == {"retry_time"}


async def test_what_was_never_begun_cannot_end(author: Author, machinery: Machinery) -> None:
    await author.due()
    await assert_fence_lost(machinery.publish(await machinery.claim_one()))
    gone = internal.PublicationClaim(content_id=str(uuid4()), fence=1)
    await assert_fence_lost(machinery.begin(gone))
    await assert_fence_lost(machinery.publish(gone))
