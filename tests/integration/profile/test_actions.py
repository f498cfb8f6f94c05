"""Actions on LinkedIn: what is sent, what is refused, and who may ask."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

import grpc
import pytest
from grpc import StatusCode
from inergize.profile.v1 import profile_actions_pb2 as pb
from inergize.profile.v1 import profile_pb2

from services.profile import store
from services.profile.connection.telling import note_refusal
from tests.integration.profile.conftest import ProfileRoom, publish
from tests.support.replies import error_info
from tests.support.waiting import eventually

AWKWARD = "Über 100 % (fast) {alles}: #DevOps *nicht* <fett> a_b ~ @[Name] \\ | 日本語 🚀"


async def test_a_post_appears_exactly_as_written(profile: ProfileRoom) -> None:
    request = publish(await profile.connected_user(member="ada"), AWKWARD)

    reply = await profile.execute(request)

    (applied,) = profile.applied()
    assert reply == pb.ExecuteActionResponse(
        outcome=pb.ACTION_OUTCOME_CONFIRMED, remote_id=applied["urn"], status_code=201
    )
    assert applied["rendered"] == AWKWARD
    assert applied["member"] == "urn:li:person:ada"
    assert await profile.attempt_state(request) == "confirmed"
    assert await profile.execute(request) == reply
    assert len(profile.applied()) == 1


async def test_the_call_is_counted_under_its_attempt(profile: ProfileRoom) -> None:
    request = publish(await profile.connected_user())

    await profile.execute(request)

    async def noted() -> int | None:
        found: int | None = await profile.room.admin.fetchval(
            "SELECT status_code FROM profile.linkedin_api_usage"
            " WHERE attempt_id = $1 AND endpoint = '/rest/posts'",
            UUID(request.attempt_id),
        )
        return found

    assert await eventually(noted) == 201


async def test_a_refused_token_asks_to_connect_again(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user(member="ada")
    await profile.room.admin.execute(
        "UPDATE profile.linkedin_tokens SET refresh_token_ct = NULL, refresh_token_nonce = NULL"
    )
    profile.sandbox.post("faults", kind="revoked", operation="posts.CREATE")

    reply = await profile.execute(publish(user_id))

    assert (reply.outcome, reply.status_code) == (pb.ACTION_OUTCOME_REJECTED, 401)
    connection = await profile.connection(user_id)
    assert connection.state == profile_pb2.CONNECTION_STATE_NEEDS_RECONNECT
    assert connection.reason == reply.error_code == "REVOKED_ACCESS_TOKEN"
    await _is_not_connected(profile, publish(user_id))
    begun = await profile.begin(user_id, member="ada")
    await profile.complete(begun, [("cookie", begun.cookie)])
    assert (await profile.execute(publish(user_id))).outcome == pb.ACTION_OUTCOME_CONFIRMED


async def test_a_refusal_of_an_earlier_token_leaves_the_new_one_alone(
    profile: ProfileRoom,
) -> None:
    user_id = await profile.connected_user(member="ada")
    first = await store.get_credentials(profile.room.given.db, user_id)
    begun = await profile.begin(user_id, member="ada")
    await profile.complete(begun, [("cookie", begun.cookie)])

    assert first is not None
    async with profile.room.given.db.transaction() as tx:
        await note_refusal(tx, user_id, first.version, "REVOKED_ACCESS_TOKEN")

    connection = await profile.connection(user_id)
    assert connection.state == profile_pb2.CONNECTION_STATE_CONNECTED


async def test_what_is_known_is_told_after_the_connection_is_gone(profile: ProfileRoom) -> None:
    request = publish(await profile.connected_user())
    first = await profile.execute(request)
    await profile.room.admin.execute("DELETE FROM profile.linkedin_tokens")

    assert await profile.execute(request) == first


async def test_a_spent_daily_quota_says_when_to_try_again(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    profile.sandbox.post(
        "faults", kind="throttle", operation="posts.CREATE", detail="APPLICATION DAY "
    )

    reply = await profile.execute(publish(user_id))

    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    assert (reply.outcome, reply.error_code) == (pb.ACTION_OUTCOME_REJECTED, "throttled")
    assert reply.status_code == 429
    assert reply.retry_time.ToDatetime(tzinfo=UTC) == datetime.combine(tomorrow, time(), UTC)


async def test_a_refusal_names_no_person(profile: ProfileRoom) -> None:
    request = publish(await profile.connected_user(), author_urn="urn:li:person:somebody")

    reply = await profile.execute(request)

    assert reply.outcome == pb.ACTION_OUTCOME_REJECTED
    assert reply.error_message
    assert "somebody" not in reply.error_message
    assert profile.applied() == []


async def _is_not_connected(profile: ProfileRoom, request: pb.ExecuteActionRequest) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await profile.execute(request)
    assert refused.value.code() is StatusCode.FAILED_PRECONDITION
    assert error_info(refused.value).reason == "ERROR_REASON_LINKEDIN_NOT_CONNECTED"
    assert await profile.attempt_state(request) is None


async def test_without_a_connection_nothing_is_kept(profile: ProfileRoom) -> None:
    await _is_not_connected(profile, publish(await profile.room.make_user()))


@pytest.mark.parametrize("differs", ["text", "user"])
async def test_an_attempt_id_stands_for_one_action(profile: ProfileRoom, differs: str) -> None:
    request = publish(await profile.connected_user())
    await profile.execute(request)
    other = pb.ExecuteActionRequest()
    other.CopyFrom(request)
    if differs == "text":
        other.publish_post.text += "!"
    else:
        other.user_id = str(await profile.connected_user())

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await profile.execute(other)

    assert refused.value.code() is StatusCode.INVALID_ARGUMENT
    assert error_info(refused.value).reason == "ERROR_REASON_ATTEMPT_MISMATCH"
    assert len(profile.applied()) == 1


async def test_one_users_tokens_do_not_open_in_anothers_row(profile: ProfileRoom) -> None:
    mallory, ada = await profile.connected_user(), await profile.connected_user()
    await profile.room.admin.execute(
        "UPDATE profile.linkedin_tokens AS hers"
        "   SET access_token_ct = his.access_token_ct, data_key = his.data_key,"
        "       access_token_nonce = his.access_token_nonce, key_id = his.key_id"
        "  FROM profile.linkedin_tokens AS his"
        " WHERE hers.user_id = $1 AND his.user_id = $2",
        mallory,
        ada,
    )
    request = publish(mallory)

    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await profile.execute(request)

    assert failed.value.code() is StatusCode.INTERNAL
    assert await profile.attempt_state(request) is None
    assert profile.applied() == []


async def test_only_workers_may_act(profile: ProfileRoom) -> None:
    request = publish(uuid4())

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await profile.internal.ExecuteAction(request, metadata=profile.room.as_service("content"))

    assert refused.value.code() is StatusCode.PERMISSION_DENIED
