"""The sandbox takes any body at all for a post, or refuses it; it never fails."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stack.sandbox.linkedin.post_rules import check_post
from stack.sandbox.linkedin.refusals import Refusal

AUTHOR = "urn:li:person:x"
POST: dict[str, Any] = {
    "author": AUTHOR,
    "commentary": "words",
    "visibility": "PUBLIC",
    "distribution": {"feedDistribution": "MAIN_FEED"},
    "lifecycleState": "PUBLISHED",
}
POLL = {
    "question": "Why?",
    "options": [{"text": "a"}, {"text": "b"}],
    "settings": {"duration": "ONE_DAY"},
}
NAMES = [*POST, "content", "reshareContext", "article", "poll", "media", "multiImage", "settings"]
NAMES += ["question", "options", "duration", "parent", "feedDistribution", "source", "title"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "x", AUTHOR, "PUBLIC"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
)


@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4) | JSON)
def test_any_change_to_a_post_is_taken_or_refused(change: object) -> None:
    body = {**POST, **change} if isinstance(change, dict) else change
    assert taken_or_refused(body) in ("taken", 400, 403, 422)


def taken_or_refused(body: object) -> object:
    try:
        return "taken" if check_post(body, AUTHOR) == body else "changed"
    except Refusal as refused:
        return refused.body["status"]


@pytest.mark.parametrize(
    "content",
    [
        {"poll": POLL},
        {"article": {"source": "https://example.com", "title": "t", "description": ""}},
        {},
    ],
)
def test_documented_content_is_taken(content: dict[str, Any]) -> None:
    body = POST | {"content": content}
    assert check_post(body, AUTHOR) == body


@pytest.mark.parametrize(
    "poll",
    [
        POLL | {"settings": None},
        POLL | {"settings": {"duration": "ONE_WEEK"}},
        POLL | {"options": [{"text": "a"}]},
        POLL | {"options": [{"text": "a"}] * 5},
        POLL | {"question": ""},
    ],
)
def test_a_poll_outside_the_rules_is_refused(poll: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        check_post(POST | {"content": {"poll": poll}}, AUTHOR)


def test_length_is_counted_in_utf_16_units_as_sent() -> None:
    check_post(POST | {"commentary": "🙂" * 1_500}, AUTHOR)
    with pytest.raises(Refusal, match="400") as refused:
        check_post(POST | {"commentary": "🙂" * 1_500 + "x"}, AUTHOR)
    assert "(3001 characters)" in refused.value.body["message"]


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(Refusal, match="400"):
        check_post(POST | {"commentary": "\ud83d"}, AUTHOR)
