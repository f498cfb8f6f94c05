"""A text for each pattern."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stack.openapi.patterns import shortest


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^[0-9]{6}$", "000000"),
        ("^([+][1-9][0-9]{6,14})?$", ""),
        ("^https://[^/ ]+$", "https://a"),
        ("^[a-z]+[.](read|write)$", "a.read"),
        (r"^\x41[^b]?c.$", "Aca"),
        ("^[^a-z]{2}$", "00"),
        ("[\u0400-\u04ff]", "\u0400"),
    ],
)
def test_shortest_text_is_found(pattern: str, text: str) -> None:
    assert shortest(pattern) == text


classes = st.sampled_from(["[a-c]", "[^a]", "x", r"\.", ".", "[0-9_-]", "(ab|cd)", "(?:z)"])
repeats = st.sampled_from(["", "?", "*", "+", "{2}", "{1,3}", "+?"])


@given(st.lists(st.tuples(classes, repeats), max_size=6))
def test_text_fits_its_pattern(parts: list[tuple[str, str]]) -> None:
    pattern = "".join(one + repeat for one, repeat in parts)
    assert re.fullmatch(pattern, shortest(pattern))


@pytest.mark.parametrize("pattern", [r"(a)\1", r"(?=a)a", r"[\d]", r"\bword\b(?!s)"])
def test_what_is_not_known_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="no example"):
        shortest(pattern)
