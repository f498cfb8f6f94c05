"""LinkedIn's change log settles attempts whose answer was lost, where nothing else may be read."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from inergize.profile.v1 import profile_action_kinds_pb2 as kinds
from inergize.profile.v1 import profile_actions_pb2 as pb

from tests.integration.linkedin.conftest import SandboxProcess
from tests.integration.profile.conftest import (
    PORTABLE,
    ProfileRoom,
    StartProfile,
    done_to,
    poll_changes,
    publish,
)

CONFIRMED = pb.RECONCILE_OUTCOME_CONFIRMED
UNDECIDED = pb.RECONCILE_OUTCOME_UNDECIDED
NEEDS_HUMAN = pb.RECONCILE_OUTCOME_NEEDS_HUMAN
HAPPENED, DID_NOT = "apply_then_500", "unavailable"


def of(user_id: UUID, **action: Any) -> pb.ExecuteActionRequest:
    return pb.ExecuteActionRequest(attempt_id=str(uuid4()), user_id=str(user_id), **action)


def comment(target: str, text: str = "well said (really)") -> dict[str, Any]:
    return {"create_comment": kinds.CreateComment(post_urn=target, text=text)}


def reaction(target: str) -> dict[str, Any]:
    like = kinds.REACTION_TYPE_LIKE
    return {"add_reaction": kinds.AddReaction(target_urn=target, reaction=like)}


OPERATIONS = {
    "publish_post": "posts.CREATE",
    "create_comment": "socialActions/comments.CREATE",
    "add_reaction": "reactions.CREATE",
    "send_invitation": "invitations.CREATE",
}


async def lose(profile: ProfileRoom, request: pb.ExecuteActionRequest, fault: str) -> None:
    """Perform an action whose answer is lost."""
    operation = OPERATIONS[request.WhichOneof("action") or ""]
    profile.sandbox.post("faults", kind=fault, operation=operation)
    reply = await profile.execute(request)
    assert reply.outcome == pb.ACTION_OUTCOME_UNKNOWN, reply


async def reconcile(
    profile: ProfileRoom, request: pb.ExecuteActionRequest
) -> pb.ReconcileActionResponse:
    asked = pb.ReconcileActionRequest(attempt_id=request.attempt_id, user_id=request.user_id)
    return await profile.internal.ReconcileAction(
        asked, metadata=profile.room.as_service("workers"), timeout=20
    )


async def activity(profile: ProfileRoom, user_id: UUID) -> str:
    """A post by the name under which LinkedIn's log speaks of it."""
    post_urn = (await profile.execute(publish(user_id))).remote_id
    made = (await profile.execute(of(user_id, **comment(post_urn, "first")))).remote_id
    return made.partition("(")[2].partition(",")[0]


async def aged(profile: ProfileRoom, request: pb.ExecuteActionRequest, interval: str) -> None:
    """Let an attempt have been sent so much earlier."""
    await profile.room.admin.execute(
        "UPDATE profile.linkedin_attempts SET sent_at = sent_at - $2::text::interval"
        " WHERE attempt_id = $1",
        UUID(request.attempt_id),
        interval,
    )


KINDS: dict[str, Callable[[UUID, str], pb.ExecuteActionRequest]] = {
    "post": lambda user_id, _: publish(user_id, "Über (alles): @[Ada](urn:li:person:ada)"),
    "comment": lambda user_id, target: of(user_id, **comment(target)),
    "reaction": lambda user_id, target: of(user_id, **reaction(target)),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_what_the_log_tells_confirms_a_lost_attempt(european: ProfileRoom, kind: str) -> None:
    user_id = await european.connected_user(member="ada")
    request = KINDS[kind](user_id, await activity(european, user_id))
    await lose(european, request, HAPPENED)
    done = european.applied(kind="")

    early = await reconcile(european, request)
    assert (early.outcome, early.error_code) == (UNDECIDED, "not_told"), early
    await poll_changes(european)
    settled = await reconcile(european, request)

    assert settled.outcome == CONFIRMED, settled
    assert settled.evidence == "change_log"
    assert done[-1]["urn"] in settled.remote_id
    again = await reconcile(european, request)
    assert (again.remote_id, again.evidence) == (settled.remote_id, "change_log")
    assert (await european.execute(request)).remote_id == settled.remote_id
    assert european.applied(kind="") == done, "nothing was sent again"


async def test_the_log_tells_of_an_invitation_that_cannot_be_read_back(
    start_profile: StartProfile, sandbox: SandboxProcess
) -> None:
    for product in ("member-data-portability", "messaging"):
        sandbox.post("products/grant", product=product)
    profile = await start_profile(
        sandbox, scopes=(*PORTABLE, "w_messages"), partner_products=("invitations",)
    )
    user_id = await profile.connected_user(member="ada")
    sandbox.post("members", id="bob", sign_in=False)
    invitation = kinds.SendInvitation(invitee_urn="urn:li:person:bob", message="Hello")
    request = of(user_id, send_invitation=invitation)
    await lose(profile, request, HAPPENED)

    await poll_changes(profile)
    settled = await reconcile(profile, request)

    (applied,) = profile.applied(kind="invitation.create")
    assert (settled.outcome, settled.remote_id) == (CONFIRMED, applied["urn"])


async def test_what_may_be_another_attempts_confirms_neither(european: ProfileRoom) -> None:
    user_id = await european.connected_user(member="ada")
    target = await activity(european, user_id)
    happened, did_not = (of(user_id, **comment(target)) for _ in range(2))
    await lose(european, happened, HAPPENED)
    await lose(european, did_not, DID_NOT)
    await poll_changes(european)

    for request in (happened, did_not):
        reply = await reconcile(european, request)
        assert (reply.outcome, reply.error_code) == (NEEDS_HUMAN, "not_readable")
        assert "several" in reply.error_message
        assert await european.attempt_state(request) == "unknown"


async def test_what_an_attempt_is_known_to_have_made_confirms_no_other(
    european: ProfileRoom,
) -> None:
    user_id = await european.connected_user(member="ada")
    target = await activity(european, user_id)
    known, lost = (of(user_id, **comment(target)) for _ in range(2))
    assert (await european.execute(known)).outcome == pb.ACTION_OUTCOME_CONFIRMED
    await lose(european, lost, DID_NOT)
    await poll_changes(european)

    assert (await reconcile(european, lost)).outcome == UNDECIDED


async def test_what_others_did_or_was_done_before_or_elsewhere_confirms_nothing(
    european: ProfileRoom,
) -> None:
    user_id = await european.connected_user(member="ada")
    target = await activity(european, user_id)
    elsewhere = {"object": "urn:li:activity:1"}
    request = of(user_id, **reaction(target))
    done_to(european, "ada", "socialActions/likes", actor="ada", object=target)
    await lose(european, request, DID_NOT)
    await aged(european, request, "-1 minute")  # sent a minute after the member's own like
    done_to(european, "ada", "socialActions/likes", object=target)
    done_to(european, "ada", "socialActions/likes", actor="ada", **elsewhere)
    await poll_changes(european)

    assert (await reconcile(european, request)).outcome == UNDECIDED
    assert await european.attempt_state(request) == "unknown"


async def test_a_log_that_does_not_tell_is_no_proof(european: ProfileRoom) -> None:
    user_id = await european.connected_user(member="ada")
    request = publish(user_id)
    await lose(european, request, DID_NOT)
    await poll_changes(european)
    assert (await reconcile(european, request)).outcome == UNDECIDED

    await aged(european, request, "2 hours")
    await poll_changes(european)
    last = await reconcile(european, request)

    assert (last.outcome, last.error_code) == (NEEDS_HUMAN, "not_readable")
    assert await european.attempt_state(request) == "unknown", "it may still have happened"


async def test_a_log_that_linkedin_refuses_is_not_waited_for(european: ProfileRoom) -> None:
    user_id = await european.connected_user(member="ada")
    european.sandbox.post("products/revoke", product="member-data-portability")
    request = publish(user_id)
    await lose(european, request, HAPPENED)
    await poll_changes(european)

    assert (await reconcile(european, request)).outcome == NEEDS_HUMAN
