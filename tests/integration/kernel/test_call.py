"""What every call goes through, with a real server, database and Valkey."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import grpc
import pytest
import pytest_asyncio
from grpc import StatusCode
from inergize.content.v1 import content_pb2
from inergize.content.v1 import content_service_pb2 as pb
from inergize.content.v1.content_service_pb2_grpc import ContentServiceServicer, ContentServiceStub

from services.kernel.caller import current_caller
from services.kernel.db import Database
from services.kernel.deadline import remaining_seconds
from services.kernel.interceptors.call import Context
from services.kernel.runtime import Room, Runtime
from tests.support.replies import bad_request, error_info
from tests.support.rooms import RunningRoom
from tests.support.waiting import eventually

CANARY = "canary-s3cret"


class ProbeServicer(ContentServiceServicer):
    """Behaves as the request's title says, so that a test can see what becomes of it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.remaining: list[float | None] = []

    async def CreateContent(
        self, request: pb.CreateContentRequest, context: Context
    ) -> pb.CreateContentResponse:
        title = request.content.title
        if title == "write":
            async with self._db.transaction() as tx:
                await tx.execute("INSERT INTO outbox (topic) VALUES ('probe')")
        if title == "stray-cancel":
            raise asyncio.CancelledError
        if title == "boom":
            raise KeyError(CANARY)
        return pb.CreateContentResponse(content=content_pb2.Content(content_id=str(uuid4())))

    async def GetContent(
        self, request: pb.GetContentRequest, context: Context
    ) -> pb.GetContentResponse:
        self.remaining.append(remaining_seconds())
        if request.content_id.startswith("0000"):
            await self._db.fetch("SELECT pg_sleep(30)")
        user_id = str(current_caller().user_id)
        return pb.GetContentResponse(content=content_pb2.Content(content_id=user_id))

    async def WatchContent(
        self, request: pb.WatchContentRequest, context: Context
    ) -> AsyncIterator[pb.WatchContentResponse]:
        yield pb.WatchContentResponse()
        raise ValueError(CANARY)

    async def ListContent(
        self, request: pb.ListContentRequest, context: Context
    ) -> pb.ListContentResponse:
        return pb.ListContentResponse()

    async def ScheduleContent(
        self, request: pb.ScheduleContentRequest, context: Context
    ) -> pb.ScheduleContentResponse:
        return pb.ScheduleContentResponse()

    async def UnscheduleContent(
        self, request: pb.UnscheduleContentRequest, context: Context
    ) -> pb.UnscheduleContentResponse:
        return pb.UnscheduleContentResponse()


def build(given: Runtime) -> Room:
    return Room(servicers={"inergize.content.v1.ContentService": ProbeServicer(given.db)})


@pytest_asyncio.fixture
async def room(start_room: Any) -> RunningRoom:
    running: RunningRoom = await start_room("content", build)
    return running


@pytest.fixture
def stub(room: RunningRoom) -> ContentServiceStub:
    return ContentServiceStub(room.channel)


def draft(title: str) -> pb.CreateContentRequest:
    content = content_pb2.Content(title=title, type=content_pb2.CONTENT_TYPE_POST)
    return pb.CreateContentRequest(content=content)


async def refusal(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value


async def test_signed_in_caller_reaches_the_handler(room: RunningRoom, stub: Any) -> None:
    user_id = await room.make_user()
    request = pb.GetContentRequest(content_id=str(uuid4()))
    reply = await stub.GetContent(request, metadata=room.as_user(user_id))
    assert reply.content.content_id == str(user_id)


@pytest.mark.parametrize("token", ["", "Bearer nonsense", "Bearer a.b.c", "Basic eDp5"])
async def test_call_without_a_good_token_is_unauthenticated(stub: Any, token: str) -> None:
    metadata = [("authorization", token)] if token else []
    refused = await refusal(
        stub.GetContent(pb.GetContentRequest(content_id=str(uuid4())), metadata=metadata)
    )
    assert refused.code() is StatusCode.UNAUTHENTICATED
    assert error_info(refused).reason == "ERROR_REASON_UNAUTHENTICATED"


async def test_bad_input_names_field_and_rule(room: RunningRoom, stub: Any) -> None:
    metadata = room.as_user(await room.make_user())
    refused = await refusal(
        stub.GetContent(pb.GetContentRequest(content_id="7"), metadata=metadata)
    )
    assert refused.code() is StatusCode.INVALID_ARGUMENT
    assert bad_request(refused) == {"content_id": "must be a valid UUID"}


@pytest.mark.parametrize("title", ["boom", "stray-cancel"])
async def test_whatever_a_handler_raises_is_a_plain_internal_error(
    room: RunningRoom, stub: Any, title: str, capfd: pytest.CaptureFixture[str]
) -> None:
    metadata = room.as_user(await room.make_user())
    refused = await refusal(stub.CreateContent(draft(title), metadata=metadata, timeout=1))
    assert refused.code() is StatusCode.INTERNAL
    assert error_info(refused).metadata["request_id"]
    assert CANARY not in repr(refused) + "".join(capfd.readouterr())


async def test_failing_stream_leaks_nothing(room: RunningRoom, stub: Any) -> None:
    metadata = room.as_user(await room.make_user())
    stream = stub.WatchContent(pb.WatchContentRequest(content_id=str(uuid4())), metadata=metadata)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        async for _ in stream:
            pass
    assert refused.value.code() is StatusCode.INTERNAL
    assert CANARY not in repr(refused.value)


@pytest.mark.parametrize("asked", [None, 3600.0])
async def test_deadline_is_never_longer_than_the_contract(
    room: RunningRoom, stub: Any, asked: float | None
) -> None:
    metadata = room.as_user(await room.make_user())
    sleepy = pb.GetContentRequest(content_id="00000000-0000-4000-8000-000000000000")
    refused = await refusal(stub.GetContent(sleepy, metadata=metadata, timeout=asked))
    assert refused.code() is StatusCode.DEADLINE_EXCEEDED


async def test_cancelled_calls_leave_no_query_running(room: RunningRoom, stub: Any) -> None:
    metadata = room.as_user(await room.make_user())
    sleepy = pb.GetContentRequest(content_id="00000000-0000-4000-8000-000000000000")
    calls = [stub.GetContent(sleepy, metadata=metadata) for _ in range(20)]

    async def sleeping() -> int:
        query = (
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
            " AND query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()"
        )
        count: int = await room.admin.fetchval(query)
        return count

    await eventually(sleeping)
    for call in calls:
        call.cancel()

    async def none_left() -> bool:
        return await sleeping() == 0

    # A second on an idle machine; the run may share its cores with other tests.
    await eventually(none_left, seconds=3)


async def test_idempotency_key_gives_one_effect_and_the_stored_reply(
    room: RunningRoom, stub: Any
) -> None:
    metadata = [*room.as_user(await room.make_user()), ("idempotency-key", "once")]
    calls = [stub.CreateContent(draft("write"), metadata=metadata) for _ in range(30)]
    replies = await asyncio.gather(*calls, return_exceptions=True)

    answers = [reply for reply in replies if isinstance(reply, pb.CreateContentResponse)]
    stored = {answer.content.content_id for answer in answers}
    refused = [reply for reply in replies if isinstance(reply, grpc.aio.AioRpcError)]
    assert len(stored) == 1
    assert {error.code() for error in refused} <= {StatusCode.ABORTED}
    assert await room.admin.fetchval("SELECT count(*) FROM content.outbox") == 1
    again = await stub.CreateContent(draft("write"), metadata=metadata)
    assert again.content.content_id in stored


async def test_idempotency_key_with_another_body_is_refused(room: RunningRoom, stub: Any) -> None:
    metadata = [*room.as_user(await room.make_user()), ("idempotency-key", "once")]
    await stub.CreateContent(draft("write"), metadata=metadata)
    refused = await refusal(stub.CreateContent(draft("other"), metadata=metadata))
    assert error_info(refused).reason == "ERROR_REASON_IDEMPOTENCY_KEY_REUSED"


async def test_lost_answer_is_said_to_be_lost(room: RunningRoom, stub: Any) -> None:
    metadata = [*room.as_user(await room.make_user()), ("idempotency-key", "once")]
    await stub.CreateContent(draft("write"), metadata=metadata)
    await room.admin.execute(
        "UPDATE content.idempotency_keys SET state = 'in_progress', response = NULL"
    )
    refused = await refusal(stub.CreateContent(draft("write"), metadata=metadata))
    assert refused.code() is StatusCode.ABORTED
    assert error_info(refused).reason == "ERROR_REASON_IDEMPOTENCY_RESULT_LOST"
    assert await room.admin.fetchval("SELECT count(*) FROM content.outbox") == 1


async def test_corrupt_message_is_a_bad_request_and_tells_nothing(room: RunningRoom) -> None:
    metadata = room.as_user(await room.make_user())
    path = "/inergize.content.v1.ContentService/GetContent"
    corrupt: Any = room.channel.unary_unary(path)
    refused = await refusal(corrupt(b"\xff\xff\xff", metadata=metadata))
    assert refused.code() is StatusCode.INVALID_ARGUMENT
    assert bad_request(refused) == {"request": "is not a inergize.content.v1.GetContentRequest"}
