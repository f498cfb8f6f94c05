"""Broken rules in words that say what to send instead."""

from typing import Any

from google.protobuf.message import Message
from protovalidate import Violation

_EMPTY = ("string.email_empty", "string.uuid_empty", "string.uri_empty")
_AT_LEAST = ("string.min_len", "repeated.min_items")
_ENUM = ("enum.in", "enum.not_in", "enum.defined_only")


def worded(request: Message, violation: Violation) -> str:
    """What the value must be; protovalidate's own words where they say it."""
    found = violation.proto
    if found.rule_id in _EMPTY or (found.rule_id in _AT_LEAST and violation.rule_value == 1):
        return "must not be empty"
    if found.rule_id in _ENUM:
        choices = _choices(request, violation)
        return f"must be one of {', '.join(choices)}" if choices else found.message
    return found.message


def _choices(request: Message, violation: Violation) -> list[str]:
    """Names that would do, without the zero: it says that nothing was chosen."""
    names = _enum_names(request, violation)
    if violation.proto.rule_id == "enum.in":
        return [name for number, name in names.items() if number in violation.rule_value]
    return [name for number, name in names.items() if number != 0]


def _enum_names(request: Message, violation: Violation) -> dict[int, str]:
    """The names of the enum that the path of a violation ends at; none for one inside a map."""
    message: Any = request.DESCRIPTOR
    kind: Any = None
    for element in violation.proto.field.elements if violation.proto.field else ():
        if message is None or element.field_name not in message.fields_by_name:
            return {}
        field = message.fields_by_name[element.field_name]
        message, kind = field.message_type, field.enum_type
    return {value.number: value.name for value in kind.values} if kind else {}
