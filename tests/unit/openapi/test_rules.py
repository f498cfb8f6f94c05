"""Rules of the contract in JSON Schema's words: what they mean stays the same."""

import re
from typing import Any

import pytest
from buf.validate.validate_pb2 import FieldRules, Ignore
from google.protobuf.duration_pb2 import Duration
from inergize.content.v1.content_pb2 import ContentType

from stack.openapi.rules import keywords, may_be_empty, notes, portable


def rules(**own: Any) -> FieldRules:
    """Rules as `rules(string={"min_len": 1})`."""
    return FieldRules(**own)


@pytest.mark.parametrize(
    ("own", "schema"),
    [
        ({"string": {"min_len": 2, "max_len": 5}}, {"minLength": 2, "maxLength": 5}),
        ({"string": {"len": 6}}, {"minLength": 6, "maxLength": 6}),
        ({"string": {"max_bytes": 10}}, {"maxLength": 10}),
        ({"string": {"max_bytes": 30, "max_len": 5}}, {"maxLength": 5}),
        ({"string": {"email": True}}, {"format": "email"}),
        ({"string": {"uuid": True}}, {"format": "uuid"}),
        ({"string": {"uri": True}}, {"format": "uri"}),
        ({"string": {"prefix": "a.b"}}, {"pattern": r"^a\.b"}),
        ({"string": {"suffix": ".pdf"}}, {"pattern": r"\.pdf$"}),
        ({"string": {"const": "x"}}, {"const": "x"}),
        ({"string": {"in": ["a", "b"]}}, {"enum": ["a", "b"]}),
        ({"string": {"not_in": ["a"]}}, {"not": {"enum": ["a"]}}),
        ({"bytes": {"min_len": 1, "max_len": 4}}, {"minLength": 2, "maxLength": 8}),
        ({"int32": {"gte": 0, "lte": 200}}, {"minimum": 0, "maximum": 200}),
        ({"int32": {"gt": 0, "lt": 9}}, {"exclusiveMinimum": 0, "exclusiveMaximum": 9}),
        ({"uint32": {"in": [1, 2]}}, {"enum": [1, 2]}),
        ({"double": {"finite": True, "gte": 0.5}}, {"minimum": 0.5, "type": "number"}),
        ({"int64": {"gte": 0}}, {"pattern": "^[0-9]{1,19}$"}),
        ({"int64": {"gte": -1}}, {}),
        ({"repeated": {"min_items": 1, "max_items": 3}}, {"minItems": 1, "maxItems": 3}),
        ({"repeated": {"unique": True}}, {"uniqueItems": True}),
        ({"map": {"min_pairs": 1, "max_pairs": 3}}, {"minProperties": 1, "maxProperties": 3}),
        ({"bool": {"const": True}}, {}),
        ({}, {}),
    ],
    ids=str,
)
def test_rule_is_said_in_keywords(own: dict[str, Any], schema: dict[str, Any]) -> None:
    assert keywords(rules(**own)) == schema


def test_several_patterns_hold_together() -> None:
    schema = keywords(rules(string={"pattern": "^[a-z]+$", "prefix": "x", "suffix": "z"}))
    assert schema == {"pattern": "^[a-z]+$", "allOf": [{"pattern": "^x"}, {"pattern": "z$"}]}


@pytest.mark.parametrize(
    ("own", "schema"),
    [
        ({"not_in": [0]}, {"not": {"enum": ["CONTENT_TYPE_UNSPECIFIED"]}}),
        ({"in": [1, 3]}, {"enum": ["CONTENT_TYPE_POST", "CONTENT_TYPE_BANNER"]}),
        ({"const": 2}, {"const": "CONTENT_TYPE_CAROUSEL"}),
        ({"defined_only": True}, {}),
    ],
    ids=str,
)
def test_rules_of_an_enum_name_its_values(own: dict[str, Any], schema: dict[str, Any]) -> None:
    assert keywords(rules(enum=own), ContentType.DESCRIPTOR) == schema


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (
            {"duration": {"gte": Duration(), "lte": Duration(seconds=30)}},
            ["Must be at least 0 s.", "Must be at most 30 s."],
        ),
        ({"int64": {"gt": 5}}, ["Must be more than 5."]),
        ({"string": {"max_bytes": 16}}, ["At most 16 bytes in UTF-8."]),
        ({"cel": [{"message": "ends after it begins"}]}, ["Rule: ends after it begins."]),
        ({"string": {"min_len": 3}}, []),
        ({"int32": {"gte": 1}}, []),
    ],
    ids=str,
)
def test_what_has_no_keyword_is_said_in_words(own: dict[str, Any], words: list[str]) -> None:
    assert list(notes(rules(**own))) == words


def test_rules_that_spare_the_empty_value_are_known() -> None:
    assert may_be_empty(rules(ignore=Ignore.IGNORE_IF_ZERO_VALUE, string={"uuid": True}))
    assert not may_be_empty(rules(string={"uuid": True}))


@pytest.mark.parametrize(
    ("pattern", "accepted", "refused"),
    [
        (r"^\d{2}$", ["12"], ["1", "ab", "١٢"]),
        (r"^[\w.]+$", ["a_1.b"], ["é", "a b", ""]),
        (r"^[^\s]+$", ["ab"], ["a b", ""]),
        (r"^\w\d$", ["a1"], ["é1", "1a"]),
        (r"^[^\x00-\x1f\x7f]*$", ["é b", ""], ["a\tb"]),
        (r"^a\.b$", ["a.b"], ["axb"]),
    ],
)
def test_pattern_means_what_re2_means(
    pattern: str, accepted: list[str], refused: list[str]
) -> None:
    found = re.compile(portable(pattern))
    assert [text for text in accepted if not found.search(text)] == []
    assert [text for text in refused if found.search(text)] == []


@pytest.mark.parametrize("pattern", [r"\pL", r"(?i)abc", "[[:alpha:]]", r"\Aabc\z", r"\Qa\E"])
def test_pattern_that_json_schema_cannot_say_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="JSON Schema has no such thing"):
        portable(pattern)
