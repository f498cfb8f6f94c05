"""Reading the ledger: the whole story, and only one's own."""

from uuid import UUID, uuid4

from grpc import StatusCode
from inergize.automation.v1 import automation_pb2

from tests.integration.automation.calls import (
    BLOCKED,
    CLAIMED,
    CONFIRMED,
    URN,
    Reader,
    Workers,
    refusal,
)
from tests.support.replies import error_info
from tests.support.rooms import RunningRoom


async def test_action_is_told_step_by_step(workers: Workers, reader: Reader) -> None:
    action_id, content_id = uuid4(), uuid4()
    await workers.begin(action_id, content_id=str(content_id))
    await workers.lapse_leases()
    taken_over = await workers.begin(action_id)
    await workers.end(taken_over, CONFIRMED)

    told = await reader.get(taken_over.attempt_id)
    action = told.action
    assert (action.action_id, action.attempt) == (str(action_id), 1)
    assert (action.action_type, action.content_id) == ("publish_post", str(content_id))
    assert (action.state, action.remote_id) == (CONFIRMED, URN)
    assert action.due_time.ToDatetime() <= action.created_time.ToDatetime()
    assert action.updated_time.ToDatetime() > action.created_time.ToDatetime()
    assert [(event.from_state, event.to_state, event.actor) for event in told.events] == [
        (automation_pb2.ACTION_STATE_UNSPECIFIED, CLAIMED, "workers"),
        (CLAIMED, CLAIMED, "workers"),
        (CLAIMED, CONFIRMED, "workers"),
    ]
    assert told.events[-1].detail_json == f'{{"remote_id":"{URN}"}}'


async def test_blocked_action_says_why(workers: Workers, reader: Reader) -> None:
    begun = await workers.begin()
    await workers.end(begun, BLOCKED, block_reasons=["daily_cap", "paused"], error_message="no")
    told = await reader.get(begun.attempt_id)
    assert list(told.action.block_reasons) == ["daily_cap", "paused"]
    assert told.action.error_message == "no"
    assert told.events[-1].detail_json == '{"error":"no","reasons":["daily_cap","paused"]}'


async def test_pages_hold_every_action_once_newest_first(workers: Workers, reader: Reader) -> None:
    begun = [await workers.begin() for _ in range(7)]
    first = await reader.list(page_size=3)
    await workers.end(begun[1], CONFIRMED)  # what ends meanwhile keeps its place
    second = await reader.list(page_size=3, page_token=first.next_page_token)
    third = await reader.list(page_size=3, page_token=second.next_page_token)
    assert third.next_page_token == ""
    seen = [action.attempt_id for page in (first, second, third) for action in page.actions]
    assert seen == [attempt.attempt_id for attempt in reversed(begun)]


async def test_list_shows_only_the_asked_content(workers: Workers, reader: Reader) -> None:
    content_id = str(uuid4())
    await workers.begin()
    wanted = await workers.begin(content_id=content_id)
    page = await reader.list(content_id=content_id)
    assert [action.attempt_id for action in page.actions] == [wanted.attempt_id]


async def test_no_call_reaches_another_users_action(
    workers: Workers, reader: Reader, room: RunningRoom, user_id: UUID
) -> None:
    begun = [await workers.begin(content_id=str(user_id)) for _ in range(2)]
    stranger = Reader(room, room.as_user(await room.make_user()))
    refused = await refusal(stranger.get(begun[0].attempt_id))
    assert refused.code() is StatusCode.NOT_FOUND
    assert error_info(refused).reason == "ERROR_REASON_ACTION_NOT_FOUND"
    assert not (await stranger.list()).actions
    assert not (await stranger.list(content_id=str(user_id))).actions

    token = (await reader.list(page_size=1)).next_page_token
    refused = await refusal(stranger.list(page_token=token))
    assert error_info(refused).reason == "ERROR_REASON_PAGE_TOKEN_INVALID"


async def test_another_users_attempt_is_not_taken_over(workers: Workers, room: RunningRoom) -> None:
    action_id = uuid4()
    mine = await workers.begin(action_id)
    await workers.lapse_leases()
    stranger = Workers(room, await room.make_user())
    refused = await refusal(stranger.begin(action_id))
    assert error_info(refused).reason == "ERROR_REASON_ACTION_HELD"
    assert error_info(refused).metadata["state"] == ""
    await workers.end(mine, CONFIRMED)
