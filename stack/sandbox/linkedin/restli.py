"""Rest.li 2.0 as a server reads it: values, keys and query strings; and as it writes keys.

Written from the protocol's page alone, so that it can contradict whoever encodes for it.
Source: https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/protocol-version
"""

import re
from collections.abc import Mapping
from typing import TypeAlias
from urllib.parse import quote, unquote

Value: TypeAlias = "str | list[Value] | dict[str, Value]"
"""Everything arrives as text; lists and records nest."""

_DEEPEST = 32
_LIST = "List("
_PLAIN = re.compile(r"[^(),:']*")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")

# Parameters that stay in the notation of protocol 1.0, commas raw.
_OF_PROTOCOL_1 = {"fields", "projection"}


class NotRestli(ValueError):
    """The text is not a Rest.li value; the argument says where it goes wrong."""


def parse(text: str) -> Value:
    """Read one value: `List(a,b)`, `(k:v)` or plain text whose special signs are encoded."""
    value, end = _value(text, 0, 0)
    if end != len(text):
        raise NotRestli(f"{text[end : end + 10]!r} is left over")
    return value


def parse_query(query: str, *, is_protocol_2: bool = True) -> dict[str, Value]:
    """Read a query string; a name may come once. In protocol 1.0 every value is plain text."""
    found: dict[str, Value] = {}
    for pair in filter(None, query.split("&")):
        raw_name, _, raw = pair.partition("=")
        name = _decoded(raw_name)
        if name in found:
            raise NotRestli(f"{name} is given twice")
        is_plain = name in _OF_PROTOCOL_1 or not is_protocol_2
        found[name] = _decoded(raw) if is_plain else parse(raw)
    return found


def encode(value: str | Mapping[str, str]) -> str:
    """Write a key, plain or complex, as in a path or in `x-restli-id`."""
    if isinstance(value, str):
        return quote(value, safe="")
    return "(" + ",".join(f"{encode(k)}:{encode(v)}" for k, v in value.items()) + ")"


def _value(text: str, at: int, depth: int) -> tuple[Value, int]:
    if depth > _DEEPEST:
        raise NotRestli("nested too deeply")
    if text.startswith(_LIST, at):
        return _list(text, at + len(_LIST), depth)
    if text.startswith("(", at):
        return _record(text, at + 1, depth)
    return _plain(text, at)


def _plain(text: str, at: int) -> tuple[str, int]:
    if text.startswith("''", at):  # how the protocol writes an empty string
        return "", at + 2
    found = _PLAIN.match(text, at)
    assert found is not None, "the pattern matches nothing too"
    return _decoded(found[0]), found.end()


def _list(text: str, at: int, depth: int) -> tuple[list[Value], int]:
    items: list[Value] = []
    if text.startswith(")", at):
        return items, at + 1
    while True:
        item, at = _value(text, at, depth + 1)
        items.append(item)
        at, is_last = _after_item(text, at)
        if is_last:
            return items, at


def _record(text: str, at: int, depth: int) -> tuple[dict[str, Value], int]:
    fields: dict[str, Value] = {}
    if text.startswith(")", at):
        return fields, at + 1
    while True:
        name, at = _plain(text, at)
        if not text.startswith(":", at):
            raise NotRestli(f"a colon is missing after {name!r}")
        if name in fields:
            raise NotRestli(f"{name} is given twice")
        fields[name], at = _value(text, at + 1, depth + 1)
        at, is_last = _after_item(text, at)
        if is_last:
            return fields, at


def _after_item(text: str, at: int) -> tuple[int, bool]:
    """Where the next item begins, and whether the list or record has ended before it."""
    sign = text[at : at + 1]
    if sign not in {",", ")"}:
        raise NotRestli(f"a comma or closing bracket is missing at {text[at : at + 10]!r}")
    return at + 1, sign == ")"


def _decoded(text: str) -> str:
    if _BROKEN_ESCAPE.search(text):
        raise NotRestli(f"{text[:20]!r} has a broken percent-encoding")
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise NotRestli(f"{text[:20]!r} is not UTF-8") from None
