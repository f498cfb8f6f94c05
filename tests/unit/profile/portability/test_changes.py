"""What a change in LinkedIn's log tells, and what is never taken of it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.imports.model import Kind, Observation
from services.profile.linkedin.changelog import Change
from services.profile.portability.changes import observed
from services.profile.words import hash_of_words

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
            Kind.COMMENT_RECEIVED,
            "urn:li:activity:1",
        ),
        (
            "socialActions/likes",
            OTHER,
            {"object": "urn:li:activity:1"},
            Kind.REACTION_RECEIVED,
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
    assert told.text_hash == hash_of_words("My  own\nwords")


POST = "urn:li:activity:1"
COMMENT = "urn:li:comment:(urn:li:activity:1,7)"


@pytest.mark.parametrize(
    ("resource", "activity", "subject", "remote_id"),
    [
        ("ugcPosts", {"id": "urn:li:share:1"}, "urn:li:share:1", "urn:li:share:1"),
        (
            "ugcPosts",
            {"id": "urn:li:share:2", "responseContext": {"parent": "urn:li:share:1"}},
            "urn:li:share:2",
            "",
        ),
        ("socialActions/comments", {"id": "7", "object": POST}, POST, COMMENT),
        ("socialActions/comments", {"$URN": COMMENT, "object": POST}, POST, COMMENT),
        (
            "socialActions/comments",
            {"id": "8", "object": POST, "parentComment": COMMENT},
            COMMENT,
            "urn:li:comment:(urn:li:activity:1,8)",
        ),
        ("socialActions/comments", {"id": "x" * 300, "object": POST}, POST, ""),
        ("socialActions/likes", {"object": POST}, POST, f"urn:li:reaction:({ME},{POST})"),
        (
            "invitations",
            {"id": "urn:li:invitation:3", "invitee": OTHER},
            OTHER,
            "urn:li:invitation:3",
        ),
    ],
)
def test_what_the_member_made_bears_its_name(
    resource: str, activity: dict[str, Any], subject: str, remote_id: str
) -> None:
    told = observed(change(resource, ME, activity), ME)

    assert told is not None
    assert (told.subject, told.remote_id) == (subject, remote_id)


def test_an_answered_invitation_was_not_sent_again() -> None:
    assert observed(change("invitations", ME, {"invitee": OTHER}, "ACTION"), ME) is None


def test_two_who_comment_at_once_are_two() -> None:
    one, two = (
        observed(change("socialActions/comments", actor, {"object": POST}), ME)
        for actor in (OTHER, "urn:li:person:third")
    )

    assert one is not None
    assert two is not None
    assert one.fact_hash != two.fact_hash


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
_NAMES += ["parentComment", "responseContext", "reactionType", "$URN"]


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
