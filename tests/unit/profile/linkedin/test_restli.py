"""Rest.li encoding, by the vendor's rules and the official client's vectors."""

from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linkedin_api.clients.restli.utils import encoder as official

from services.profile.linkedin.restli import RestliValue, encode, path_key, query


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("urn:li:person:abc", "urn%3Ali%3Aperson%3Aabc"),
        ("a b,(c)'*!", "a%20b%2C%28c%29%27%2A%21"),
        ("été", "%C3%A9t%C3%A9"),
        ("", ""),
        (None, ""),
        (True, "true"),
        (False, "false"),
        (12, "12"),
        (-1.5, "-1.5"),
        ([], "List()"),
        (["a,b", "c"], "List(a%2Cb,c)"),
        ([[1, 2], [3]], "List(List(1,2),List(3))"),
        ({"k1": "v1", "k:2": 3}, "(k1:v1,k%3A2:3)"),
        (
            {"start": {"day": 1, "month": 2}, "ids": ["urn:li:share:1"]},
            "(start:(day:1,month:2),ids:List(urn%3Ali%3Ashare%3A1))",
        ),
    ],
)
def test_encode_writes_what_the_protocol_says(value: RestliValue, written: str) -> None:
    assert encode(value) == written


def test_query_keeps_structure_raw_and_encodes_names() -> None:
    written = query({"ids": ["urn:li:share:1", "urn:li:share:2"], "q": "author", "a b": None})
    assert written == "ids=List(urn%3Ali%3Ashare%3A1,urn%3Ali%3Ashare%3A2)&q=author&a%20b="


@given(st.text())
def test_path_key_is_one_segment_that_reads_back_the_same(key: str) -> None:
    written = path_key(key)
    assert unquote(written) == key
    assert not set(written) & set("/?#:(),' ")


def read_back(written: str) -> object:
    """A reader written from the protocol's rules: structure is raw, all else percent-encoded."""
    value, rest = _read(written)
    assert not rest
    return value


def _read(text: str) -> tuple[object, str]:
    if text.startswith("List("):
        return _items(text.removeprefix("List("))
    if text.startswith("("):
        return _record(text.removeprefix("("))
    end = min((at for at in map(text.find, ",():") if at >= 0), default=len(text))
    return unquote(text[:end]), text[end:]


def _items(text: str) -> tuple[list[object], str]:
    items: list[object] = []
    if text.startswith(")"):
        return items, text[1:]
    while True:
        item, text = _read(text)
        items.append(item)
        closing, text = text[0], text[1:]
        if closing == ")":
            return items, text
        assert closing == ","


def _record(text: str) -> tuple[dict[str, object], str]:
    record: dict[str, object] = {}
    while not text.startswith(")"):
        name, text = _read(text.removeprefix(","))
        assert text.startswith(":")
        record[str(name)], text = _read(text[1:])
    return record, text[1:]


# A list of one empty text is written like an empty list: the protocol cannot tell them apart.
VALUES: st.SearchStrategy[RestliValue] = st.recursive(
    st.text() | st.sampled_from(["", "urn:li:share:1", "List(a,b)", "(k:v)", "%3A", "a'b*c!"]),
    lambda inner: (
        st.lists(inner).filter(lambda items: items != [""])
        | st.dictionaries(st.text(min_size=1), inner)
    ),
    max_leaves=20,
)


# From 1e16 on Python writes an exponent with a plus sign, which the official client leaves raw.
FLOATS = st.floats(-1e15, 1e15)
PARAMETERS = st.dictionaries(
    st.text(max_size=8),
    st.recursive(
        st.none() | st.booleans() | st.integers() | FLOATS | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=12,
    ),
    max_size=4,
)


def _sorted(value: Any) -> Any:
    """Names in order at every depth: LinkedIn's own client sorts them, ours sends as given."""
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


@given(PARAMETERS)
def test_linkedins_own_client_writes_every_query_letter_for_letter_the_same(
    parameters: dict[str, Any],
) -> None:
    # It sorts by the encoded name: a sign such as `é` counts as its escape.
    pairs = query(_sorted(parameters)).split("&")
    assert "&".join(sorted(pairs, key=_name)) == official.param_encode(parameters)


def _name(pair: str) -> str:
    return pair.partition("=")[0]


@given(VALUES)
def test_what_is_encoded_reads_back_the_same(value: RestliValue) -> None:
    assert read_back(encode(value)) == value


@given(st.dictionaries(st.text(min_size=1), VALUES))
def test_a_query_reads_back_the_same(parameters: dict[str, RestliValue]) -> None:
    pairs = (pair.partition("=") for pair in query(parameters).split("&") if pair)
    assert {unquote(name): read_back(value) for name, _, value in pairs} == parameters
