"""The sandbox's reading of Rest.li against those who write it: ours, and the official client."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linkedin_api.clients.restli.utils import encoder as official

from services.profile.linkedin import restli as ours
from stack.sandbox.linkedin.restli import NotRestli, encode, parse, parse_query

WORDS = st.text(st.sampled_from("a1 :,()'*!%&=+/?é👩\n-._~"), min_size=1, max_size=12)
VALUES = st.recursive(
    WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4).map(dict),
    max_leaves=8,
)


@given(VALUES)
def test_what_either_client_writes_is_read_back(value: Any) -> None:
    assert parse(official.encode(value)) == value
    assert parse(ours.encode(value)) == value


@pytest.mark.parametrize(
    ("parameters", "read"),
    [
        ({"id": 123}, {"id": "123"}),
        ({"one": "word", "two": 2}, {"one": "word", "two": "2"}),
        ({"is": True, "isnt": False}, {"is": "true", "isnt": "false"}),
        ({"nothing": None, "empty": ""}, {"nothing": "", "empty": ""}),
        ({"half": 0.5, "below": -3}, {"half": "0.5", "below": "-3"}),
        ({"ids": [1, 2, 3]}, {"ids": ["1", "2", "3"]}),
        ({"ids": []}, {"ids": []}),
        ({"of": {}}, {"of": {}}),
        ({"urn": "urn:li:person:x"}, {"urn": "urn:li:person:x"}),
        ({"urns": ["urn:li:a:(1,2)", "b'c"]}, {"urns": ["urn:li:a:(1,2)", "b'c"]}),
        ({"of": {"b": "1", "a": "2"}}, {"of": {"a": "2", "b": "1"}}),
        ({"of": {"a:b": "c:d"}}, {"of": {"a:b": "c:d"}}),
        (
            {"ids": [{"actor": "urn:li:person:1", "entity": "urn:li:share:2"}]},
            {"ids": [{"actor": "urn:li:person:1", "entity": "urn:li:share:2"}]},
        ),
        (
            {"search": {"ids": {"values": ["urn:li:a:1", "urn:li:b:2"]}}},
            {"search": {"ids": {"values": ["urn:li:a:1", "urn:li:b:2"]}}},
        ),
        ({"deep": [[["x"]], "y"]}, {"deep": [[["x"]], "y"]}),
        ({"list": ["a", {"b": ["c"]}]}, {"list": ["a", {"b": ["c"]}]}),
        ({"a b": "c d"}, {"a b": "c d"}),
        ({"sign": "+&=?/#%"}, {"sign": "+&=?/#%"}),
        ({"text": "é 👩"}, {"text": "é 👩"}),
        ({"range": {"start": {"day": 1}, "end": {"day": 2}}}, None),
        ({"x": "List(a,b)"}, {"x": "List(a,b)"}),
        ({"x": "(a:b)"}, {"x": "(a:b)"}),
    ],
)
def test_the_official_clients_parameters_are_read(
    parameters: dict[str, Any], read: dict[str, Any] | None
) -> None:
    meant = read or {"range": {"start": {"day": "1"}, "end": {"day": "2"}}}
    assert parse_query(official.param_encode(parameters)) == meant


def test_an_empty_string_is_two_quotes_in_the_protocol() -> None:
    assert parse("''") == ""
    assert parse("List('',a,(b:''))") == ["", "a", {"b": ""}]


def test_field_projections_keep_the_older_form_and_a_leading_sign_does_no_harm() -> None:
    assert parse_query("&fields=id,firstName") == {"fields": "id,firstName"}


def test_protocol_1_reads_no_structure() -> None:
    read = parse_query("ids=List(a,b)&u=urn:li:a:1", is_protocol_2=False)
    assert read == {"ids": "List(a,b)", "u": "urn:li:a:1"}


@pytest.mark.parametrize(
    "text",
    [
        "urn:li:person:x",
        "a,b",
        "List(a",
        "List(a))",
        "(a)",
        "(a:b",
        "(a:b,a:c)",
        "it's",
        "%zz",
        "%ff",
        "List(" * 40,
        "(a:b)c",
    ],
)
def test_what_is_no_value_is_refused(text: str) -> None:
    with pytest.raises(NotRestli):
        parse(text)


@given(st.dictionaries(WORDS, WORDS, min_size=1, max_size=3))
def test_written_keys_are_read_back(key: dict[str, str]) -> None:
    assert parse(encode(key)) == key
    assert parse(encode("urn:li:a:1")) == "urn:li:a:1"


def test_a_parameter_comes_once() -> None:
    with pytest.raises(NotRestli, match="twice"):
        parse_query("a=1&a=2")
