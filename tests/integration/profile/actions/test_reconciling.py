"""What became of attempts whose answer was lost, as far as LinkedIn lets us see."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import grpc
import pytest
from grpc import StatusCode
from inergize.profile.v1 import profile_action_kinds_pb2 as kinds
from inergize.profile.v1 import profile_actions_pb2 as pb

from tests.integration.linkedin.conftest import SandboxProcess
from tests.integration.profile.conftest import WIDE, ProfileRoom, StartProfile, publish
from tests.support.replies import error_info

LOST = {"kind": "apply_then_drop", "operation": "posts.CREATE"}


async def reconcile(
    profile: ProfileRoom, request: pb.ExecuteActionRequest
) -> pb.ReconcileActionResponse:
    """Read an attempt back, as a worker does."""
    asked = pb.ReconcileActionRequest(attempt_id=request.attempt_id, user_id=request.user_id)
    return await profile.internal.ReconcileAction(
        asked, metadata=profile.room.as_service("workers"), timeout=20
    )


async def test_a_refused_repetition_settles_the_lost_attempt(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    lost, again = publish(user_id, "the same words"), publish(user_id, "the  same words")
    again.publish_post.text = lost.publish_post.text
    profile.sandbox.post("faults", **LOST)
    assert (await profile.execute(lost)).outcome == pb.ACTION_OUTCOME_UNKNOWN

    refused = await profile.execute(again)

    (applied,) = profile.applied()
    assert (refused.outcome, refused.error_code) == (pb.ACTION_OUTCOME_REJECTED, "DUPLICATE_POST")
    settled = await reconcile(profile, lost)
    assert settled.outcome == pb.RECONCILE_OUTCOME_CONFIRMED
    assert settled.remote_id == applied["urn"]
    assert (await profile.execute(lost)).remote_id == applied["urn"]


async def test_a_repetition_of_what_is_confirmed_settles_nothing(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    first, lost, third = (publish(user_id, "the same words") for _ in range(3))
    assert (await profile.execute(first)).outcome == pb.ACTION_OUTCOME_CONFIRMED
    profile.sandbox.post("faults", kind="unavailable", operation="posts.CREATE")
    assert (await profile.execute(lost)).outcome == pb.ACTION_OUTCOME_UNKNOWN

    assert (await profile.execute(third)).error_code == "DUPLICATE_POST"

    assert await profile.attempt_state(lost) == "unknown"


async def test_what_cannot_be_read_for_the_moment_is_not_counted_as_read(
    profile: ProfileRoom,
) -> None:
    user_id = await profile.connected_user()
    lost = publish(user_id)
    profile.sandbox.post("faults", **LOST)
    await profile.execute(lost)
    await profile.room.admin.execute("UPDATE profile.linkedin_tokens SET expires_at = now()")
    profile.sandbox.post("faults", kind="unavailable", operation="accessToken.POST")

    found = await reconcile(profile, lost)

    assert (found.outcome, found.error_code) == (
        pb.RECONCILE_OUTCOME_UNDECIDED,
        "linkedin_resting",
    )
    assert found.HasField("retry_time")
    assert (await profile.row("linkedin_attempts"))["reconcile_count"] == 0


async def test_an_attempt_that_is_settled_is_told_and_not_looked_for(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    done, refused = publish(user_id), publish(user_id, author_urn="urn:li:person:another")
    remote_id = (await profile.execute(done)).remote_id
    await profile.execute(refused)

    confirmed, not_made = await reconcile(profile, done), await reconcile(profile, refused)

    assert (confirmed.outcome, confirmed.remote_id) == (pb.RECONCILE_OUTCOME_CONFIRMED, remote_id)
    assert (not_made.outcome, not_made.remote_id) == (pb.RECONCILE_OUTCOME_NOT_FOUND, "")
    assert not_made.error_code == "ACCESS_DENIED"


async def test_another_users_attempt_does_not_exist(profile: ProfileRoom) -> None:
    request = publish(await profile.connected_user())
    await profile.execute(request)
    request.user_id = str(uuid4())

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await reconcile(profile, request)

    assert refused.value.code() is StatusCode.NOT_FOUND
    assert error_info(refused.value).reason == "ERROR_REASON_ATTEMPT_NOT_FOUND"


async def test_what_linkedin_does_not_let_us_read_goes_to_the_member(profile: ProfileRoom) -> None:
    request = publish(await profile.connected_user())
    profile.sandbox.post("faults", **LOST)
    await profile.execute(request)

    for count in (1, 2):
        reply = await reconcile(profile, request)
        assert reply.outcome == pb.RECONCILE_OUTCOME_NEEDS_HUMAN
        assert (reply.error_code, reply.reconcile_count) == ("not_readable", count)
        assert reply.error_message

    assert await profile.attempt_state(request) == "unknown"
    assert len(profile.applied()) == 1


def _comment(post_urn: str) -> dict[str, Any]:
    return {"create_comment": kinds.CreateComment(post_urn=post_urn, text="well said (really)")}


KINDS: dict[str, Callable[[str], dict[str, Any]]] = {
    "posts.CREATE": lambda post_urn: {
        "repost": kinds.Repost(post_urn=post_urn, visibility=kinds.VISIBILITY_PUBLIC)
    },
    "posts.PARTIAL_UPDATE": lambda post_urn: {
        "edit_post": kinds.EditPost(post_urn=post_urn, text="better, @[Ada](urn:li:person:ada)")
    },
    "posts.DELETE": lambda post_urn: {"delete_post": kinds.DeletePost(post_urn=post_urn)},
    "socialActions/comments.CREATE": _comment,
    "reactions.CREATE": lambda post_urn: {
        "add_reaction": kinds.AddReaction(target_urn=post_urn, reaction=kinds.REACTION_TYPE_LIKE)
    },
}


@pytest.fixture
async def wide(start_profile: StartProfile, wide_sandbox: SandboxProcess) -> ProfileRoom:
    """Profile for an application that may read its members' posts."""
    return await start_profile(wide_sandbox, scopes=WIDE)


async def aged(profile: ProfileRoom) -> None:
    """Let six minutes pass for every attempt."""
    await profile.room.admin.execute(
        "UPDATE profile.linkedin_attempts SET sent_at = sent_at - interval '6 minutes'"
    )


async def test_what_happened_is_found_and_what_did_not_is_not(wide: ProfileRoom) -> None:
    user_id = await wide.connected_user(member="ada")
    text = "Über (alles): #DevOps *nicht* @[Ada](urn:li:person:ada)"
    post = publish(user_id, text)
    wide.sandbox.post("faults", **LOST)
    assert (await wide.execute(post)).outcome == pb.ACTION_OUTCOME_UNKNOWN
    found = await reconcile(wide, post)
    assert found.outcome == pb.RECONCILE_OUTCOME_CONFIRMED
    assert found.remote_id == wide.applied()[0]["urn"]

    for operation, action in KINDS.items():
        for kind in ("unavailable", "apply_then_500"):
            request = pb.ExecuteActionRequest(
                attempt_id=str(uuid4()), user_id=str(user_id), **action(found.remote_id)
            )
            if operation == "posts.DELETE":  # the last thing that happens to it
                request.delete_post.post_urn = (await wide.execute(publish(user_id))).remote_id
            done_before = len(wide.applied(kind=""))
            wide.sandbox.post("faults", kind=kind, operation=operation)
            assert (await wide.execute(request)).outcome == pb.ACTION_OUTCOME_UNKNOWN, operation

            replies = [await reconcile(wide, request) for _ in range(2)]
            await aged(wide)
            last = await reconcile(wide, request)

            if kind == "apply_then_500":
                assert last.outcome == pb.RECONCILE_OUTCOME_CONFIRMED, (operation, last)
                assert last.remote_id
            else:
                early = {reply.outcome for reply in replies}
                assert early == {pb.RECONCILE_OUTCOME_UNDECIDED}, (operation, replies)
                assert replies[1].retry_time.seconds > replies[0].retry_time.seconds
                assert last.outcome == pb.RECONCILE_OUTCOME_NOT_FOUND, (operation, last)
                assert await wide.attempt_state(request) == "not_found"
            done = len(wide.applied(kind="")) - done_before
            assert done == (1 if kind == "apply_then_500" else 0), operation


async def test_one_comment_is_not_the_result_of_two_attempts(wide: ProfileRoom) -> None:
    user_id = await wide.connected_user()
    post_urn = (await wide.execute(publish(user_id))).remote_id
    first, lost = (
        pb.ExecuteActionRequest(attempt_id=str(uuid4()), user_id=str(user_id), **_comment(post_urn))
        for _ in range(2)
    )
    assert (await wide.execute(first)).outcome == pb.ACTION_OUTCOME_CONFIRMED
    fault = {"kind": "unavailable", "operation": "socialActions/comments.CREATE"}
    wide.sandbox.post("faults", **fault)
    assert (await wide.execute(lost)).outcome == pb.ACTION_OUTCOME_UNKNOWN

    assert (await reconcile(wide, lost)).outcome == pb.RECONCILE_OUTCOME_UNDECIDED
