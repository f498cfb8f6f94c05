"""The sandbox takes any body at all for a post, or refuses it; it never fails."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stack.sandbox.linkedin.post_rules import changed, check_post
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
NAMES += ["adContext", "id", "altText", "images", "carousel", "thumbnail", "dscAdAccount"]
NAMES += ["question", "options", "duration", "parent", "feedDistribution", "source", "title"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "x", AUTHOR, "PUBLIC"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
)


CHANGES = st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4)


@given(CHANGES)
def test_any_change_to_a_post_is_taken_or_refused(change: dict[str, Any]) -> None:
    assert taken_or_refused({**POST, **change}) in ("taken", 400, 422)


@given(st.dictionaries(st.sampled_from(["$set", "adContext", "commentary"]), CHANGES | JSON))
def test_any_patch_is_applied_or_refused(patch: dict[str, Any]) -> None:
    try:
        author = changed(POST, patch)["author"]
    except Refusal as refused:
        author = {400: AUTHOR, 422: AUTHOR}[refused.status]
    assert author == AUTHOR


def taken_or_refused(body: dict[str, Any]) -> object:
    try:
        return "taken" if check_post(body) == body else "changed"
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
    assert check_post(body) == body


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
        check_post(POST | {"content": {"poll": poll}})


def test_length_is_counted_in_utf_16_units_as_sent() -> None:
    check_post(POST | {"commentary": "🙂" * 1_500})
    with pytest.raises(Refusal, match="400") as refused:
        check_post(POST | {"commentary": "🙂" * 1_500 + "x"})
    assert "(3001 characters)" in refused.value.body["message"]
