"""An attempt's hash: the same for the same action, another for any other."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.profile.actions.hashing import request_hash
from services.profile.actions.kinds import (
    Action,
    AddReaction,
    ArticleContent,
    CreateComment,
    DeletePost,
    DocumentContent,
    EditComment,
    EditPost,
    ImageContent,
    Media,
    MultiImageContent,
    PollContent,
    PollDuration,
    PublishPost,
    ReactionType,
    Repost,
    SendInvitation,
    SendMessage,
    VideoContent,
)
from services.profile.linkedin.model import Visibility

WORDS = st.text(max_size=8)
FILES = st.builds(Media, WORDS, st.binary(min_size=32, max_size=32), WORDS, st.integers(1, 9))
PICTURES = st.builds(ImageContent, FILES, WORDS)
CONTENTS = st.one_of(
    st.none(),
    PICTURES,
    st.lists(PICTURES, min_size=2, max_size=3).map(lambda each: MultiImageContent(tuple(each))),
    st.builds(DocumentContent, FILES, WORDS),
    st.builds(VideoContent, FILES, WORDS),
    st.builds(ArticleContent, WORDS, WORDS, WORDS, st.none() | FILES),
    st.builds(PollContent, WORDS, st.tuples(WORDS, WORDS), st.sampled_from(PollDuration)),
)
VISIBILITIES = st.sampled_from(Visibility)
POSTS = st.builds(PublishPost, WORDS, VISIBILITIES, WORDS, CONTENTS, st.booleans())
ACTIONS = st.one_of(
    POSTS,
    st.builds(Repost, WORDS, WORDS, VISIBILITIES, WORDS),
    st.builds(EditPost, WORDS, WORDS),
    st.builds(DeletePost, WORDS),
    st.builds(CreateComment, WORDS, WORDS, WORDS, WORDS),
    st.builds(EditComment, WORDS, WORDS, WORDS, WORDS),
    st.builds(AddReaction, WORDS, st.sampled_from(ReactionType), WORDS),
    st.builds(SendInvitation, WORDS, WORDS),
    st.builds(SendMessage, st.tuples(WORDS), WORDS, WORDS),
)


@given(ACTIONS, ACTIONS)
def test_two_actions_have_one_hash_only_when_they_are_the_same(one: Action, other: Action) -> None:
    assert (request_hash(one) == request_hash(other)) == (one == other)


@given(FILES, WORDS)
def test_where_a_file_is_read_from_does_not_count(media: Media, url: str) -> None:
    posts = [
        PublishPost("", Visibility.PUBLIC, "", ImageContent(each))
        for each in (media, replace(media, url=url))
    ]

    assert request_hash(posts[0]) == request_hash(posts[1])


def test_a_hash_stays_the_same_for_as_long_as_attempts_are_kept() -> None:
    told = request_hash(PublishPost("Grüße", Visibility.PUBLIC, "")).hex()

    assert told == "f17566d81f3ecf1d9ddce05bef9cf483549187117d6e75b9ebaa6c5b674afacf"
