"""Comments of the contracts, found by name."""

import pytest
from inergize.content.v1.content_service_pb2 import ListContentRequest

from stack.generate import descriptor_set
from stack.openapi.comments import Comments, first_sentence, with_json_names
from stack.openapi.errors import Failure, Reasons, documented


@pytest.fixture(scope="module")
def comments() -> Comments:
    return Comments.of(descriptor_set(with_sources=True))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("inergize.content.v1.ContentService", "Keeps the caller's content and publishes it"),
        ("inergize.content.v1.ContentService.CreateContent", "Creates a draft."),
        ("inergize.content.v1.Content", "A piece of content."),
        ("inergize.content.v1.Content.title", "For the author's own lists;"),
        ("inergize.content.v1.ContentStatus", "Where a piece of content stands."),
        ("inergize.content.v1.CONTENT_STATUS_DRAFT", "Being written."),
        ("inergize.content.v1.ScheduleContentRequest.when", "Required. When."),
        ("inergize.nobody.v1.Nothing", ""),
    ],
)
def test_comment_is_found(comments: Comments, name: str, text: str) -> None:
    assert comments.text(name).startswith(text)
    assert bool(comments.text(name)) == bool(text)


def test_lines_are_joined_to_paragraphs(comments: Comments) -> None:
    text = comments.text("inergize.content.v1.ContentService.ScheduleContent")
    first, second = text.split("\n\n")
    assert first == "Sets the time at which the content is published, or moves it."
    assert "\n" not in second


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Ends it. Then more.", "Ends it"),
        ("Ends it.\n\nMore.", "Ends it"),
        ("Reads `a.b` of 1.5 things, e.g. this", "Reads `a.b` of 1.5 things, e.g. this"),
        ("", ""),
    ],
)
def test_first_sentence(text: str, first: str) -> None:
    assert first_sentence(text) == first


def test_only_fields_get_their_json_names() -> None:
    text = "`page_size` and `no_field`, page_size, `statuses`"
    named = with_json_names(text, ListContentRequest.DESCRIPTOR)
    assert named == "`pageSize` and `no_field`, page_size, `statuses`"


def test_reasons_stand_under_the_last_status_before_them() -> None:
    found = documented(
        "Returns `NOT_FOUND` (ERROR_REASON_A) if not, `ABORTED`: ERROR_REASON_B for one,"
        " ERROR_REASON_C for another; `page_token` too. `UNAVAILABLE` without a reason."
    )
    assert found == [
        Failure(404, "NOT_FOUND", "ERROR_REASON_A"),
        Failure(409, "ABORTED", "ERROR_REASON_B"),
        Failure(409, "ABORTED", "ERROR_REASON_C"),
    ]


def test_reason_without_a_status_is_refused() -> None:
    with pytest.raises(ValueError, match="ERROR_REASON_A stands before its status"):
        documented("Fails with ERROR_REASON_A, `NOT_FOUND`.")


def test_every_reason_has_a_meaning_and_an_example(comments: Comments) -> None:
    reasons = Reasons(comments)
    state = Failure(400, "FAILED_PRECONDITION", "ERROR_REASON_CONTENT_STATE")
    assert reasons.meaning(state.reason).startswith("The content is in a state")
    assert "{" not in reasons.meaning(state.reason)
    example = reasons.example(state)
    assert example["code"] == 9
    (info,) = example["details"]
    assert info["@type"] == "type.googleapis.com/google.rpc.ErrorInfo"
    assert info["metadata"] == {"status": "published"}
    refused = reasons.example(Failure(404, "NOT_FOUND", "ERROR_REASON_LINKEDIN_REFUSED"))
    assert refused["details"][0]["metadata"] == {"error": "invalid_redirect_uri"}
