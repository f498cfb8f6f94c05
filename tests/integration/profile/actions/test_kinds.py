"""Every kind of action reaches LinkedIn as it was meant, files byte for byte."""

import hashlib
import secrets
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
from grpc import StatusCode
from inergize.profile.v1 import profile_action_kinds_pb2 as kinds
from inergize.profile.v1 import profile_actions_pb2 as pb

from tests.integration.linkedin.conftest import SandboxProcess
from tests.integration.profile.conftest import ProfileRoom, StartProfile, publish
from tests.support import media
from tests.support.files import Store
from tests.support.replies import bad_request, error_info
from tests.support.s3 import running_s3

PNG, PDF, MP4 = "image/png", "application/pdf", "video/mp4"
PART_BYTES = 4 << 20
WEBHOOK = """
INSERT INTO profile.webhooks
       (user_id, url, host, event_types, secret_ct, secret_nonce, secret_key_id)
VALUES ($1, 'https://x.test/', 'x.test',
        '{action.confirmed,action.rejected,action.unknown}', '', '', 'e1')
"""


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with running_s3() as (s3, folder):
        yield Store(s3, folder)


@pytest.fixture
async def profile(
    start_profile: StartProfile, sandbox: SandboxProcess, store: Store
) -> ProfileRoom:
    return await start_profile(sandbox, s3=store.s3, media_grace_ms=350)


def of(user_id: UUID, **action: Any) -> pb.ExecuteActionRequest:
    """A new attempt at an action."""
    return pb.ExecuteActionRequest(attempt_id=str(uuid4()), user_id=str(user_id), **action)


def words() -> str:
    return f"words {secrets.token_hex(6)}"


async def test_a_post_shows_the_very_files_that_were_meant(
    profile: ProfileRoom, store: Store
) -> None:
    user_id = await profile.connected_user()
    image, page = media.png(size_bytes=90_000), media.pdf(size_bytes=300_000)
    video = media.mp4(size_bytes=PART_BYTES + 70_000)
    picture = kinds.ImageContent(media=store.put(image, PNG), alt_text="A (cat)")
    contents: list[dict[str, Any]] = [
        {"image": picture},
        {"multi_image": kinds.MultiImageContent(images=[picture, picture])},
        {"document": kinds.DocumentContent(media=store.put(page, PDF), title="Slides")},
        {"video": kinds.VideoContent(media=store.put(video, MP4), title="Talk")},
        {
            "article": kinds.ArticleContent(
                url="https://x.test/a", title="A", thumbnail=picture.media
            )
        },
        {
            "poll": kinds.PollContent(
                question="Which?", options=["one", "two"], duration=kinds.POLL_DURATION_THREE_DAYS
            )
        },
    ]

    for content in contents:
        reply = await profile.execute(publish(user_id, **content))
        assert reply.outcome == pb.ACTION_OUTCOME_CONFIRMED, (content.keys(), reply)

    posted = [post["content"] for post in profile.sandbox.get("posts")]
    assert [next(iter(content)) for content in posted] == [
        *("media", "multiImage", "media", "media", "article", "poll")
    ]
    uploaded = {each["urn"]: each["sha256"] for each in profile.sandbox.get("assets")}
    assert uploaded[posted[0]["media"]["id"]] == hashlib.sha256(image).hexdigest()
    assert posted[0]["media"]["altText"] == "A (cat)"
    assert uploaded[posted[2]["media"]["id"]] == hashlib.sha256(page).hexdigest()
    parts = (video[:PART_BYTES], video[PART_BYTES:])
    tags = "".join(hashlib.sha256(part).hexdigest() for part in parts)
    assert uploaded[posted[3]["media"]["id"]] == hashlib.sha256(tags.encode()).hexdigest()
    assert uploaded[posted[4]["article"]["thumbnail"]] == hashlib.sha256(image).hexdigest()
    assert posted[5]["poll"]["settings"] == {"duration": "THREE_DAYS"}


async def test_what_follows_a_post_is_done_once_each(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user(member="ada")
    ada = "urn:li:person:ada"
    post_urn = (await profile.execute(publish(user_id))).remote_id
    said, answer, better, quote = words(), words(), words(), words()

    commented = of(user_id, create_comment=kinds.CreateComment(post_urn=post_urn, text=said))
    comment_urn = (await profile.execute(commented)).remote_id
    rest = [
        of(
            user_id,
            create_comment=kinds.CreateComment(
                post_urn=post_urn, text=answer, parent_comment_urn=comment_urn
            ),
        ),
        of(
            user_id,
            edit_comment=kinds.EditComment(post_urn=post_urn, comment_urn=comment_urn, text=better),
        ),
        of(
            user_id,
            add_reaction=kinds.AddReaction(
                target_urn=post_urn, reaction=kinds.REACTION_TYPE_PRAISE
            ),
        ),
        of(
            user_id,
            repost=kinds.Repost(
                post_urn=post_urn, text=quote, visibility=kinds.VISIBILITY_CONNECTIONS
            ),
        ),
        of(user_id, edit_post=kinds.EditPost(post_urn=post_urn, text=better)),
        of(user_id, delete_post=kinds.DeletePost(post_urn=post_urn)),
    ]
    replies = [await profile.execute(request) for request in rest]

    assert {reply.outcome for reply in replies} == {pb.ACTION_OUTCOME_CONFIRMED}, replies
    assert [await profile.execute(request) for request in rest] == replies
    assert [(each["kind"], each["commentary"]) for each in profile.applied(kind="")][1:] == [
        ("comment.create", said),
        ("comment.create", answer),
        ("comment.edit", better),
        ("reaction.create", "PRAISE"),
        ("post.create", quote),
        ("post.edit", better),
        ("post.delete", ""),
    ]
    assert replies[2].remote_id == f"urn:li:reaction:({ada},{post_urn})"


@pytest.mark.parametrize("wrong", ["sha256", "longer", "shorter", "gone"])
async def test_a_file_that_is_not_the_one_meant_is_never_posted(
    profile: ProfileRoom, store: Store, wrong: str
) -> None:
    file = store.put(secrets.token_bytes(90_000), PNG)
    match wrong:
        case "sha256":
            file.sha256 = bytes(32)
        case "longer" | "shorter":
            file.size_bytes += {"longer": -1, "shorter": 1}[wrong]
        case "gone":
            next(store.folder.glob("*.bin")).unlink()
    request = publish(await profile.connected_user(), image=kinds.ImageContent(media=file))

    reply = await profile.execute(request)

    assert (reply.outcome, reply.status_code) == (pb.ACTION_OUTCOME_REJECTED, 0)
    assert reply.error_code == "media_wrong"
    assert reply.error_message.startswith("image: ")
    assert profile.applied(kind="") == []
    assert [each for each in profile.sandbox.get("assets") if each["sha256"]] == []
    assert (await profile.execute(request)).error_code == "media_wrong"


@pytest.mark.parametrize(
    ("content", "field", "reason"),
    [
        ("image", "/content", "TOO_MANY_PIXELS: 40960000, and fewer than 36152320 are allowed"),
        ("video", "video", "WRONG_LENGTH: 1 seconds, and 3 to 1800 are allowed"),
    ],
)
async def test_a_file_that_linkedin_cannot_use_is_refused_by_field_and_rule(
    profile: ProfileRoom, store: Store, content: str, field: str, reason: str
) -> None:
    # A self-serve application may look at a video, but learns of an image by the post's refusal.
    given: dict[str, Any] = {
        "image": lambda: kinds.ImageContent(media=store.put(media.png(8_000, 5_120), PNG)),
        "video": lambda: kinds.VideoContent(media=store.put(media.mp4(1), MP4)),
    }
    request = publish(await profile.connected_user(), **{content: given[content]()})

    reply = await profile.execute(request)

    assert reply.outcome == pb.ACTION_OUTCOME_REJECTED
    assert reply.error_code == ("media_processing_failed" if field == "video" else "PARAM_INVALID")
    assert reply.error_message.startswith(f"{field}: ")
    assert reply.error_message.endswith(reason)
    assert profile.applied() == []
    assert await profile.execute(request) == reply


async def test_an_upload_is_tried_again_and_the_post_is_not(
    profile: ProfileRoom, store: Store
) -> None:
    user_id = await profile.connected_user()
    image = kinds.ImageContent(media=store.put(media.png(), PNG))
    profile.sandbox.post("faults", kind="unavailable", operation="images.ACTION-initializeUpload")
    assert (await profile.execute(publish(user_id, image=image))).status_code == 201

    initialize = "images.ACTION-initializeUpload"
    profile.sandbox.post("faults", kind="unavailable", operation=initialize, count=3)
    later = await profile.execute(publish(user_id, image=image))
    assert (later.outcome, later.error_code) == (pb.ACTION_OUTCOME_REJECTED, "not_sent")

    profile.sandbox.post("faults", kind="unavailable", operation="posts.CREATE")
    lost = await profile.execute(publish(user_id, image=image))
    assert lost.outcome == pb.ACTION_OUTCOME_UNKNOWN
    assert len(profile.applied()) == 1


async def test_nobody_makes_us_fetch_from_elsewhere(profile: ProfileRoom, store: Store) -> None:
    user_id = await profile.connected_user()
    file = store.put(b"x" * 10, "text/plain")
    url = file.url
    for elsewhere in (
        "http://127.0.0.1:1/inergize/x",
        url.replace("/inergize/", "/inergize/../o/"),
    ):
        file.url = elsewhere
        request = publish(user_id, "", image=kinds.ImageContent(media=file))

        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await profile.execute(request)

        assert refused.value.code() is StatusCode.INVALID_ARGUMENT
        assert bad_request(refused.value).keys() == {
            "publish_post.image.media.content_type",
            "publish_post.image.media.url",
        }
        assert await profile.attempt_state(request) is None


async def test_what_takes_a_contract_is_refused_early_without_one(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    request = of(user_id, send_invitation=kinds.SendInvitation(invitee_urn="urn:li:person:bob"))

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await profile.execute(request)

    assert refused.value.code() is StatusCode.FAILED_PRECONDITION
    info = error_info(refused.value)
    assert info.reason == "ERROR_REASON_LINKEDIN_PRODUCT_MISSING"
    assert dict(info.metadata) == {"product": "invitations"}
    assert await profile.attempt_state(request) is None


async def test_programs_and_the_member_are_told_once(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user(member="ada")
    await profile.room.admin.execute(WEBHOOK, user_id)
    post = publish(user_id)
    post_urn = (await profile.execute(post)).remote_id
    comment = kinds.CreateComment(post_urn=post_urn, text=words())
    lost, refused = of(user_id, create_comment=comment), of(user_id, create_comment=comment)
    refused.create_comment.actor_urn = "urn:li:person:another"
    operation = "socialActions/comments.CREATE"
    profile.sandbox.post("faults", kind="apply_then_drop", operation=operation)
    for request in (post, lost, refused) * 2:
        await profile.execute(request)
    for _ in range(2):
        asked = pb.ReconcileActionRequest(attempt_id=lost.attempt_id, user_id=lost.user_id)
        await profile.internal.ReconcileAction(asked, metadata=profile.room.as_service("workers"))

    events = await profile.room.admin.fetch(
        "SELECT event_type, payload::text FROM profile.webhook_deliveries"
        " WHERE event_type LIKE 'action.%' ORDER BY id"
    )
    assert [row["event_type"] for row in events] == [
        *("action.confirmed", "action.unknown", "action.rejected")
    ]
    assert post_urn in events[0]["payload"]
    notices = await profile.room.admin.fetch(
        "SELECT kind, body FROM profile.notifications ORDER BY id"
    )
    assert [row["kind"] for row in notices] == ["action_failed", "action_unsure"]
    assert "another" not in notices[0]["body"]


async def test_an_answer_is_kept_though_it_cannot_be_told(profile: ProfileRoom) -> None:
    request = publish(user_id := await profile.connected_user())
    await profile.room.admin.execute(WEBHOOK, user_id)
    await profile.room.admin.execute(
        "ALTER TABLE profile.webhook_deliveries ADD CONSTRAINT broken CHECK (false)"
    )

    assert (await profile.execute(request)).outcome == pb.ACTION_OUTCOME_CONFIRMED
    assert await profile.attempt_state(request) == "confirmed"
