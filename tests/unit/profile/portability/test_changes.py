"""What a change in LinkedIn's log tells, and what is never taken of it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.imports.model import Kind, Observation, hash_of_text
from services.profile.linkedin.changelog import Change
from services.profile.portability.changes import observed

ME, OTHER = "urn:li:person:me", "urn:li:person:other"
AT = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)


def change(resource: str, actor: str, activity: dict[str, Any], method: str = "CREATE") -> Change:
    return Change(resource, method, actor, AT, AT, activity)


@pytest.mark.parametrize(
    ("resource", "actor", "activity", "kind", "subject"),
    [
        ("ugcPosts", ME, {"id": "urn:li:share:1"}, Kind.POST, "urn:li:share:1"),
        (
            "socialActions/comments",
            OTHER,
            {"object": "urn:li:activity:1", "message": {"text": "theirs"}},
            Kind.COMMENT,
            "urn:li:activity:1",
        ),
        (
            "socialActions/likes",
            OTHER,
            {"object": "urn:li:activity:1"},
            Kind.REACTION,
            "urn:li:activity:1",
        ),
        ("messages", ME, {"recipients": [OTHER], "thread": "t"}, Kind.MESSAGE_SENT, OTHER),
        ("messages", OTHER, {"thread": "t", "content": "theirs"}, Kind.MESSAGE_RECEIVED, OTHER),
        ("invitations", ME, {"invitee": OTHER}, Kind.INVITATION_SENT, OTHER),
        ("invitations", OTHER, {"invitee": ME}, Kind.INVITATION_RECEIVED, OTHER),
        ("connections", OTHER, {"connectedMember": OTHER}, Kind.CONNECTION, OTHER),
    ],
)
def test_who_and_when_are_told(
    resource: str, actor: str, activity: dict[str, Any], kind: Kind, subject: str
) -> None:
    told = observed(change(resource, actor, activity), ME)

    assert told is not None
    assert (told.kind, told.subject, told.happened_at) == (kind, subject, AT)
    assert told.text == ""


def test_the_members_own_words_are_recognised_by_their_hash() -> None:
    content = {"com.linkedin.ugc.ShareContent": {"shareCommentary": {"text": "My own words"}}}
    told = observed(
        change("ugcPosts", ME, {"id": "urn:li:share:1", "specificContent": content}), ME
    )

    assert told is not None
    assert told.text_hash == hash_of_text("My  own\nwords")


def test_a_post_of_somebody_else_tells_nothing() -> None:
    assert observed(change("ugcPosts", OTHER, {"id": "urn:li:share:1"}), ME) is None


@pytest.mark.parametrize("method", ["DELETE", "PARTIAL_UPDATE", "UPDATE"])
def test_only_what_came_to_be_is_told(method: str) -> None:
    assert observed(change("ugcPosts", ME, {"id": "urn:li:share:1"}, method), ME) is None


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
_NAMES = ["id", "specificContent", "object", "message", "recipients", "thread", "invitee", "to"]


@given(
    st.sampled_from(
        ["ugcPosts", "socialActions/comments", "messages", "invitations", "connections", "other"]
    ),
    st.sampled_from([ME, OTHER]),
    st.dictionaries(st.sampled_from(_NAMES), _values),
)
def test_what_is_not_understood_is_left_out(
    resource: str, actor: str, activity: dict[str, Any]
) -> None:
    told = observed(change(resource, actor, activity), ME)

    assert told is None or isinstance(told, Observation)
