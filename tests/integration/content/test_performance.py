"""What LinkedIn counted of a post is kept with the content that it was published from."""

from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from inergize.content.v1 import content_internal_service_pb2 as internal

from tests.integration.content.calls import URN, Author, Machinery, soon, timestamp
from tests.support.rooms import RunningRoom


async def publish_due(machinery: Machinery) -> None:
    claim = await machinery.claim_one()
    await machinery.begin(claim)
    await machinery.publish(claim)


async def record(
    machinery: Machinery, user_id: UUID, at: Timestamp, **counts: int
) -> internal.RecordPerformanceResponse:
    request = internal.RecordPerformanceRequest(
        user_id=str(user_id),
        post_urn=URN,
        time=at,
        counts=[
            internal.PerformanceCount(
                metric=internal.PerformanceMetric.Value(f"PERFORMANCE_METRIC_{name.upper()}"),
                value=value,
            )
            for name, value in counts.items()
        ],
    )
    reply: internal.RecordPerformanceResponse = await machinery.stub.RecordPerformance(
        request, metadata=machinery.room.as_service("workers")
    )
    return reply


async def kept(room: RunningRoom) -> list[tuple[Any, ...]]:
    rows = await room.admin.fetch(
        "SELECT metric_type, metric_value FROM content.content_performance"
        " ORDER BY metric_type, recorded_at"
    )
    return [tuple(row) for row in rows]


async def test_totals_are_kept_once_for_each_time(
    author: Author, machinery: Machinery, room: RunningRoom
) -> None:
    content = await author.due()
    await publish_due(machinery)
    first, second = timestamp(soon()), timestamp(soon(hours=1))

    for _ in range(2):  # a delivery may be repeated
        reply = await record(machinery, author.user_id, first, views=40, likes=3)
    await record(machinery, author.user_id, second, views=55)

    assert reply.content_id == content.content_id
    assert await kept(room) == [("likes", 3), ("views", 40), ("views", 55)]


async def test_another_users_post_of_that_name_is_no_content(
    author: Author, machinery: Machinery, room: RunningRoom
) -> None:
    await author.due()
    await publish_due(machinery)

    reply = await record(machinery, await room.make_user(), timestamp(soon()), views=1)

    assert reply.content_id == ""
    assert await kept(room) == []
