"""Drafts: what is written is what is read, and nobody else's."""

from uuid import uuid4

from grpc import StatusCode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inergize.content.v1 import content_pb2

from tests.integration.content.calls import Author, refusal
from tests.integration.content.conftest import MakeAuthor
from tests.support.replies import error_info

TEXT = "Grüße 👋🏽 (a_b) {c} #ünïcode @all\n*bold* <b> \\ ~ | [x] — “done”"


async def test_draft_is_read_as_it_was_written(author: Author) -> None:
    made = await author.create(
        TEXT,
        title="Entwurf",
        tags=["a", "b"],
        visibility=content_pb2.VISIBILITY_CONNECTIONS,
        ai_origin=content_pb2.AI_ORIGIN_ASSISTED,
    )
    read = await author.get(made.content_id)
    assert read == made
    assert (read.body, read.title, list(read.tags)) == (TEXT, "Entwurf", ["a", "b"])
    assert read.visibility == content_pb2.VISIBILITY_CONNECTIONS
    assert read.ai_origin == content_pb2.AI_ORIGIN_ASSISTED
    assert read.status == content_pb2.CONTENT_STATUS_DRAFT
    assert read.publish_state == content_pb2.PUBLISH_STATE_IDLE
    assert read.etag
    assert not read.HasField("scheduled_time")


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=99))
async def test_any_text_survives(author: Author, body: str) -> None:
    made = await author.create(body)
    assert (await author.get(made.content_id)).body == body


async def test_what_is_not_said_has_its_default(author: Author) -> None:
    read = await author.create()
    assert read.visibility == content_pb2.VISIBILITY_PUBLIC
    assert read.ai_origin == content_pb2.AI_ORIGIN_NONE


async def test_output_fields_in_a_request_are_ignored(author: Author) -> None:
    made = await author.create(
        content_id=str(uuid4()),
        status=content_pb2.CONTENT_STATUS_PUBLISHED,
        linkedin_post_urn="urn:li:share:1",
    )
    assert made.status == content_pb2.CONTENT_STATUS_DRAFT
    assert made.linkedin_post_urn == ""


async def test_nul_character_is_bad_input(author: Author) -> None:
    refused = await refusal(author.create("a\0b"))
    assert refused.code() is StatusCode.INVALID_ARGUMENT


async def test_unknown_content_is_not_found(author: Author) -> None:
    refused = await refusal(author.get(str(uuid4())))
    assert refused.code() is StatusCode.NOT_FOUND
    assert error_info(refused).reason == "ERROR_REASON_CONTENT_NOT_FOUND"


async def test_pages_hold_everything_once_newest_change_first(author: Author) -> None:
    made = [(await author.create(f"post {number}")).content_id for number in range(7)]
    await author.schedule(made[2], time_zone="UTC", local_time="2027-02-01T10:00:00")

    seen: list[str] = []
    token = ""
    while True:
        page = await author.list(page_size=3, page_token=token)
        assert len(page.contents) <= 3
        seen += [content.content_id for content in page.contents]
        token = page.next_page_token
        if not token:
            break
    assert seen == [made[2], *reversed(made[3:]), made[1], made[0]]


async def test_list_shows_only_the_asked_statuses(author: Author) -> None:
    await author.create()
    planned = await author.create()
    await author.schedule(planned.content_id, time_zone="UTC", local_time="2027-02-01T10:00:00")
    page = await author.list(statuses=[content_pb2.CONTENT_STATUS_SCHEDULED])
    assert [content.content_id for content in page.contents] == [planned.content_id]


async def test_altered_and_foreign_page_tokens_are_refused(
    author: Author, make_author: MakeAuthor
) -> None:
    for _ in range(2):
        await author.create()
    token = (await author.list(page_size=1)).next_page_token
    stranger = await make_author()
    for reader, shown in ((stranger, token), (author, token[:-4] + "AAAA"), (author, "nonsense")):
        refused = await refusal(reader.list(page_token=shown))
        assert error_info(refused).reason == "ERROR_REASON_PAGE_TOKEN_INVALID"
