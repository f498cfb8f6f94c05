"""Scheduling: the user's clock, the calendar, and what may not be scheduled."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import redis.asyncio as redis
from grpc import StatusCode
from inergize.content.v1 import content_internal_service_pb2 as internal
from inergize.content.v1 import content_pb2
from inergize.content.v1 import content_service_pb2 as pb

from services.kernel.doorbell import CHANNEL
from tests.integration.content.calls import Author, Machinery, refusal, soon
from tests.integration.content.conftest import MakeAuthor
from tests.support.replies import bad_request, error_info
from tests.support.rooms import RunningRoom


def next_year(month: int, day: int) -> str:
    """A winter or summer day less than a year ahead."""
    today = datetime.now(UTC).date()
    year = today.year if (month, day) > (today.month, today.day) else today.year + 1
    return f"{year}-{month:02}-{day:02}"


async def calendar(room: RunningRoom, content_id: str) -> Any:
    query = """SELECT event_date, event_time, timezone, status FROM content.content_calendar
                WHERE content_id = $1"""
    row = await room.admin.fetchrow(query, content_id)
    assert row is not None
    return tuple(row)


async def test_local_time_is_read_in_the_given_zone(author: Author, room: RunningRoom) -> None:
    draft = await author.create()
    day = next_year(1, 15)
    content = await author.schedule(
        draft.content_id, local_time=f"{day}T09:30:00", time_zone="America/New_York"
    )
    assert content.scheduled_time.ToJsonString() == f"{day}T14:30:00Z"
    assert content.status == content_pb2.CONTENT_STATUS_SCHEDULED
    assert content.etag != draft.etag
    assert await calendar(room, draft.content_id) == (
        *(date.fromisoformat(day), time(9, 30)),
        *("America/New_York", "scheduled"),
    )


async def test_local_time_without_a_zone_is_read_in_the_users_own(author: Author) -> None:
    draft = await author.create()
    day = next_year(7, 15)
    content = await author.schedule(draft.content_id, local_time=f"{day}T09:30")
    assert content.scheduled_time.ToJsonString() == f"{day}T07:30:00Z"


async def test_point_in_time_enters_the_calendar_in_the_users_zone(
    author: Author, room: RunningRoom
) -> None:
    draft = await author.create()
    day = next_year(1, 15)
    at = datetime.fromisoformat(f"{day}T23:30:00+00:00")
    await author.schedule(draft.content_id, at)
    assert await calendar(room, draft.content_id) == (
        *(date.fromisoformat(day) + timedelta(days=1), time(0, 30)),
        *("Europe/Berlin", "scheduled"),
    )


@pytest.mark.parametrize(
    ("at", "rule"),
    [
        (timedelta(seconds=-90), "past"),
        (timedelta(days=-4000), "past"),
        (timedelta(days=367), "too_far"),
        (timedelta(days=365 * 900), "too_far"),
    ],
)
async def test_time_past_or_too_far_is_refused(author: Author, at: timedelta, rule: str) -> None:
    draft = await author.create()
    refused = await refusal(author.schedule(draft.content_id, datetime.now(UTC) + at))
    assert refused.code() is StatusCode.INVALID_ARGUMENT
    assert error_info(refused).reason == "ERROR_REASON_SCHEDULE_TIME"
    assert error_info(refused).metadata["rule"] == rule
    assert (await author.get(draft.content_id)) == draft


async def test_time_just_past_means_now(author: Author, machinery: Machinery) -> None:
    draft = await author.create()
    await author.schedule(draft.content_id, soon(seconds=-30))
    assert (await machinery.claim_one()).content_id == draft.content_id


@pytest.mark.parametrize("year", ["0001", "9999"])
async def test_years_at_the_end_of_the_calendar_are_refused(author: Author, year: str) -> None:
    draft = await author.create()
    refused = await refusal(
        author.schedule(
            draft.content_id, local_time=f"{year}-01-01T00:00:00", time_zone="Asia/Tokyo"
        )
    )
    assert error_info(refused).reason == "ERROR_REASON_SCHEDULE_TIME"


@pytest.mark.parametrize("local", ["2027-02-30T10:00:00", "2027-13-01T10:00", "0000-01-01T00:00"])
async def test_local_time_that_does_not_exist_is_bad_input(author: Author, local: str) -> None:
    draft = await author.create()
    refused = await refusal(author.schedule(draft.content_id, local_time=local))
    assert bad_request(refused) == {"local_time": "must be a date and time that exist"}


@pytest.mark.parametrize(
    "zone",
    ["Mars/Olympus", "America", "../etc/passwd", "/etc/localtime", "right/UTC", "europe/berlin"],
)
async def test_unknown_zone_is_refused(author: Author, zone: str) -> None:
    draft = await author.create()
    refused = await refusal(author.schedule(draft.content_id, soon(hours=1), time_zone=zone))
    assert refused.code() is StatusCode.INVALID_ARGUMENT


async def test_unknown_zone_is_named(author: Author) -> None:
    draft = await author.create()
    refused = await refusal(
        author.schedule(draft.content_id, soon(hours=1), time_zone="Mars/Olympus")
    )
    assert error_info(refused).reason == "ERROR_REASON_TIME_ZONE"
    assert error_info(refused).metadata["time_zone"] == "Mars/Olympus"


@pytest.mark.parametrize("kind", ["CAROUSEL", "BANNER", "ARTICLE"])
async def test_only_posts_are_published(author: Author, kind: str) -> None:
    draft = await author.create(type=content_pb2.ContentType.Value(f"CONTENT_TYPE_{kind}"))
    refused = await refusal(author.schedule(draft.content_id, soon(hours=1)))
    assert refused.code() is StatusCode.FAILED_PRECONDITION
    assert error_info(refused).reason == "ERROR_REASON_CONTENT_NOT_PUBLISHABLE"
    assert error_info(refused).metadata["type"] == kind.lower()


@pytest.mark.parametrize("body", ["", " \n\t "])
async def test_empty_post_is_not_scheduled(author: Author, body: str) -> None:
    draft = await author.create(body)
    refused = await refusal(author.schedule(draft.content_id, soon(hours=1)))
    assert refused.code() is StatusCode.FAILED_PRECONDITION
    assert error_info(refused).reason == "ERROR_REASON_CONTENT_STATE"


async def test_old_etag_is_refused(author: Author) -> None:
    draft = await author.create()
    planned = await author.schedule(draft.content_id, soon(hours=1), etag=draft.etag)
    for late in (
        author.schedule(draft.content_id, soon(hours=2), etag=draft.etag),
        author.unschedule(draft.content_id, etag=draft.etag),
    ):
        refused = await refusal(late)
        assert refused.code() is StatusCode.ABORTED
        assert error_info(refused).reason == "ERROR_REASON_ETAG_MISMATCH"
    assert await author.get(draft.content_id) == planned


async def test_of_many_with_one_etag_one_wins(author: Author) -> None:
    draft = await author.create()
    calls = [
        author.schedule(draft.content_id, soon(hours=hours), etag=draft.etag)
        for hours in range(1, 11)
    ]
    replies = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(reply, content_pb2.Content) for reply in replies) == 1


async def test_moving_changes_time_and_calendar(author: Author, room: RunningRoom) -> None:
    draft = await author.create()
    await author.schedule(draft.content_id, local_time=f"{next_year(1, 15)}T09:00")
    await author.schedule(draft.content_id, local_time=f"{next_year(1, 16)}T10:00", time_zone="UTC")
    assert await calendar(room, draft.content_id) == (
        *(date.fromisoformat(next_year(1, 16)), time(10)),
        *("UTC", "scheduled"),
    )


async def test_unscheduled_is_a_draft_again(
    author: Author, machinery: Machinery, room: RunningRoom
) -> None:
    content = await author.due()
    draft = await author.unschedule(content.content_id)
    assert draft.status == content_pb2.CONTENT_STATUS_DRAFT
    assert not draft.HasField("scheduled_time")
    assert not (await machinery.claim()).claims
    assert (await calendar(room, content.content_id))[-1] == "cancelled"
    again = await author.schedule(content.content_id, soon(hours=1))
    assert again.status == content_pb2.CONTENT_STATUS_SCHEDULED
    assert (await calendar(room, content.content_id))[-1] == "scheduled"


async def test_draft_cannot_be_unscheduled(author: Author) -> None:
    draft = await author.create()
    refused = await refusal(author.unschedule(draft.content_id))
    assert refused.code() is StatusCode.FAILED_PRECONDITION
    assert error_info(refused).metadata["status"] == "draft"


async def test_published_is_neither_moved_nor_called_off(
    author: Author, machinery: Machinery
) -> None:
    content = await author.due()
    claim = await machinery.claim_one()
    await machinery.begin(claim)
    await machinery.publish(claim)
    for change in (
        author.schedule(content.content_id, soon(hours=1)),
        author.unschedule(content.content_id),
    ):
        refused = await refusal(change)
        assert error_info(refused).reason == "ERROR_REASON_CONTENT_STATE"
        assert error_info(refused).metadata["status"] == "published"


async def test_scheduling_rings_and_redis_may_be_gone(
    author: Author, room: RunningRoom, valkey: Any
) -> None:
    draft = await author.create()
    async with redis.Redis.from_url(valkey.url) as client, client.pubsub() as bell:
        await bell.subscribe(CHANNEL)
        await bell.get_message(timeout=5)
        await author.schedule(draft.content_id, soon(hours=1))
        message = await bell.get_message(timeout=5)
        assert message is not None
        assert message["data"] == b"content"
    valkey.kill()
    try:
        moved = await author.schedule(draft.content_id, soon(hours=2))
    finally:
        valkey.start()
    assert moved.status == content_pb2.CONTENT_STATUS_SCHEDULED


async def test_no_call_reaches_another_users_content(
    author: Author, make_author: MakeAuthor, machinery: Machinery, room: RunningRoom
) -> None:
    content = await author.due()
    stranger = await make_author()
    before = await author.get(content.content_id)
    for intrusion in (
        stranger.get(content.content_id),
        stranger.schedule(content.content_id, soon(hours=1)),
        stranger.unschedule(content.content_id),
        stranger.watch(content.content_id).read(),
    ):
        refused = await refusal(intrusion)
        assert refused.code() is StatusCode.NOT_FOUND
        assert error_info(refused).reason == "ERROR_REASON_CONTENT_NOT_FOUND"
    assert not (await stranger.list()).contents
    assert await author.get(content.content_id) == before


async def test_users_may_not_call_the_machinery(author: Author, machinery: Machinery) -> None:
    content = await author.due()
    request = internal.BeginPublicationRequest(content_id=content.content_id, fence=0)
    refused = await refusal(machinery.stub.BeginPublication(request, metadata=author.metadata))
    assert refused.code() is StatusCode.UNAUTHENTICATED


async def test_neither_time_given_is_bad_input(author: Author) -> None:
    draft = await author.create()
    request = pb.ScheduleContentRequest(content_id=draft.content_id)
    refused = await refusal(author.stub.ScheduleContent(request, metadata=author.metadata))
    assert set(bad_request(refused)) == {"when"}
