"""Invitations, messages and posts of pages, for an application whose contract opens them."""

import secrets
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from inergize.profile.v1 import profile_action_kinds_pb2 as kinds
from inergize.profile.v1 import profile_actions_pb2 as pb

from stack.sandbox.linkedin.products import PRODUCTS
from tests.integration.linkedin.conftest import CLIENT_ID, SandboxProcess
from tests.integration.profile.conftest import WIDE, ProfileRoom, StartProfile, publish

SCOPES = (*WIDE, "w_messages", "w_organization_social", "r_organization_social")
CONFIRMED, REJECTED = pb.ACTION_OUTCOME_CONFIRMED, pb.ACTION_OUTCOME_REJECTED
PAGE, OTHERS_PAGE = "urn:li:organization:7", "urn:li:organization:8"


@pytest.fixture(scope="session")
def _partner_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    scopes = [word for scope in SCOPES for word in ("--scope", scope)]
    running = SandboxProcess(tmp_path_factory.mktemp("linkedin-for-partners"), tuple(scopes))
    running.start()
    yield running
    running.end()


@pytest_asyncio.fixture
async def profile(
    start_profile: StartProfile, _partner_sandbox: SandboxProcess
) -> AsyncIterator[ProfileRoom]:
    """Profile of a deployment with LinkedIn's contract; nobody is at LinkedIn yet."""
    _partner_sandbox.post("reset")
    products = ("invitations", "messages")
    yield await start_profile(_partner_sandbox, scopes=SCOPES, partner_products=products)


def of(user_id: UUID, **action: Any) -> pb.ExecuteActionRequest:
    return pb.ExecuteActionRequest(attempt_id=str(uuid4()), user_id=str(user_id), **action)


def invite(user_id: UUID, member: str, message: str = "") -> pb.ExecuteActionRequest:
    invitee = f"urn:li:person:{member}"
    return of(user_id, send_invitation=kinds.SendInvitation(invitee_urn=invitee, message=message))


def write(user_id: UUID, *members: str, body: str = "Hello") -> pb.ExecuteActionRequest:
    to = [f"urn:li:person:{member}" for member in members]
    return of(user_id, send_message=kinds.SendMessage(recipient_urns=to, subject="Hi", body=body))


async def reconcile(profile: ProfileRoom, request: Any) -> pb.ReconcileActionResponse:
    asked = pb.ReconcileActionRequest(attempt_id=request.attempt_id, user_id=request.user_id)
    return await profile.internal.ReconcileAction(
        asked, metadata=profile.room.as_service("workers"), timeout=20
    )


async def test_an_invitation_is_sent_once_and_a_second_is_refused(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user(member="ada")
    request = invite(user_id, "bob", "Shall we?")

    reply = await profile.execute(request)

    (sent,) = profile.applied("invitation.create")
    assert (reply.outcome, reply.status_code, reply.remote_id) == (CONFIRMED, 201, sent["urn"])
    assert (sent["member"], sent["commentary"]) == ("urn:li:person:ada", "Shall we?")
    assert await profile.execute(request) == reply  # the same attempt sends nothing again
    again = await profile.execute(invite(user_id, "bob", "Please?"))
    assert (again.outcome, again.status_code) == (REJECTED, 422)
    assert again.error_code == "CANT_RESEND_YET"
    assert len(profile.applied("invitation.create")) == 1


async def test_a_connection_is_not_invited_and_the_field_is_named(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user(member="ada")
    profile.sandbox.post("connections", member="ada", others=["bob"])

    reply = await profile.execute(invite(user_id, "bob"))

    assert (reply.outcome, reply.error_code) == (REJECTED, "PARAM_INVALID")
    assert reply.error_message == "/invitee: The invitee is the member or already a connection"
    assert profile.applied("invitation.create") == []


async def test_a_message_goes_to_connections_alone(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user(member="ada")
    profile.sandbox.post("connections", member="ada", others=["bob", "eve"])
    request = write(user_id, "bob", "eve", body="Lunch?")

    reply = await profile.execute(request)

    (sent,) = profile.applied("message.create")
    assert (reply.outcome, reply.remote_id) == (CONFIRMED, sent["urn"])
    assert sent["commentary"] == "Lunch?"
    assert await profile.execute(request) == reply
    refused = await profile.execute(write(user_id, "bob", "mallory"))
    assert (refused.outcome, refused.status_code) == (REJECTED, 403)
    assert refused.error_code == "ACCESS_DENIED"
    assert len(profile.applied("message.create")) == 1


@pytest.mark.parametrize("kind", ["invitation", "message"])
async def test_a_lost_answer_is_never_sent_again_and_goes_to_the_member(
    profile: ProfileRoom, kind: str
) -> None:
    user_id = await profile.connected_user(member="ada")
    profile.sandbox.post("connections", member="ada", others=["eve"])
    request = invite(user_id, "bob") if kind == "invitation" else write(user_id, "eve")
    profile.sandbox.post("faults", kind="apply_then_drop", operation=f"{kind}s.CREATE")

    for _ in range(2):
        assert (await profile.execute(request)).outcome == pb.ACTION_OUTCOME_UNKNOWN

    assert (await reconcile(profile, request)).outcome == pb.RECONCILE_OUTCOME_NEEDS_HUMAN
    assert len(profile.applied(f"{kind}.create")) == 1


async def test_an_application_that_lost_the_product_is_refused_by_linkedin(
    profile: ProfileRoom,
) -> None:
    user_id = await profile.connected_user(member="ada")
    left = [scope for scope in SCOPES if scope not in PRODUCTS["messaging"].scopes]
    profile.sandbox.post("apps", client_id=CLIENT_ID, products=[], scopes=left)

    for request in (invite(user_id, "bob"), write(user_id, "bob")):
        reply = await profile.execute(request)
        assert (reply.outcome, reply.error_code) == (REJECTED, "ACCESS_DENIED")
        assert "CREATE.NO_VERSION" in reply.error_message
    assert profile.applied("") == []


async def test_a_page_speaks_for_its_administrators_alone(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user(member="ada")
    for page, member in ((7, "ada"), (8, "bob")):
        roles = [{"member": member, "role": "ADMINISTRATOR"}]
        profile.sandbox.post("organisations", id=page, name=f"Works {page}", roles=roles)

    posted = await profile.execute(publish(user_id, author_urn=PAGE))
    refused = await profile.execute(publish(user_id, author_urn=OTHERS_PAGE))

    assert (posted.outcome, refused.outcome) == (CONFIRMED, REJECTED)
    assert (refused.status_code, refused.error_code) == (403, "ACCESS_DENIED")
    (post,) = profile.sandbox.get("posts")
    assert (post["author"], post["urn"]) == (PAGE, posted.remote_id)
    comment = {"post_urn": posted.remote_id, "text": "Thank you all"}
    as_page = of(user_id, create_comment=kinds.CreateComment(**comment, actor_urn=PAGE))
    as_other = of(user_id, create_comment=kinds.CreateComment(**comment, actor_urn=OTHERS_PAGE))
    assert (await profile.execute(as_page)).outcome == CONFIRMED
    assert (await profile.execute(as_other)).error_code == "ACCESS_DENIED"


async def test_a_lost_post_of_a_page_is_found(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user(member="ada")
    roles = [{"member": "ada", "role": "CONTENT_ADMINISTRATOR"}]
    profile.sandbox.post("organisations", id=7, name="Works", roles=roles)
    request = publish(user_id, author_urn=PAGE)
    profile.sandbox.post("faults", kind="apply_then_drop", operation="posts.CREATE")
    assert (await profile.execute(request)).outcome == pb.ACTION_OUTCOME_UNKNOWN

    found = await reconcile(profile, request)

    assert found.outcome == pb.RECONCILE_OUTCOME_CONFIRMED
    assert found.remote_id == profile.applied()[0]["urn"]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("apply_then_drop", pb.RECONCILE_OUTCOME_CONFIRMED),
        ("unavailable", pb.RECONCILE_OUTCOME_NOT_FOUND),
    ],
)
async def test_a_lost_change_of_a_comment_is_read_back(
    profile: ProfileRoom, fault: str, outcome: int
) -> None:
    user_id = await profile.connected_user(member="ada")
    post_urn = (await profile.execute(publish(user_id))).remote_id
    first, better = f"first {secrets.token_hex(4)}", f"better (really) {secrets.token_hex(4)}"
    said = of(user_id, create_comment=kinds.CreateComment(post_urn=post_urn, text=first))
    comment_urn = (await profile.execute(said)).remote_id
    edit = kinds.EditComment(post_urn=post_urn, comment_urn=comment_urn, text=better)
    request = of(user_id, edit_comment=edit)
    profile.sandbox.post("faults", kind=fault, operation="socialActions/comments.PARTIAL_UPDATE")
    assert (await profile.execute(request)).outcome == pb.ACTION_OUTCOME_UNKNOWN

    for _ in range(2):
        await reconcile(profile, request)
    await profile.room.admin.execute(
        "UPDATE profile.linkedin_attempts SET sent_at = sent_at - interval '6 minutes'"
    )
    reply = await reconcile(profile, request)

    assert reply.outcome == outcome
    edits = [entry["commentary"] for entry in profile.applied("comment.edit")]
    assert edits == ([better] if fault == "apply_then_drop" else [])
