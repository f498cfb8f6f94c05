"""Checks a request against the rules of its message.

What a stranger sends must not cost much: a list of two million empty strings, each of which broke a
rule, took a process five gigabytes and more than half a minute.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from google.protobuf.message import DecodeError, Message
from inergize.common.v1 import access_pb2
from protovalidate import Validator, Violation

from services.kernel.contract import Method
from services.kernel.errors import InvalidRequest
from services.kernel.interceptors.wording import worded

LARGEST_REQUEST_BYTES = 64 << 10
"""From outside, however it comes: what the edge allows a REST body. Our own processes may more."""
MOST_NAMED = 10
"""Broken rules named in one refusal: it travels in trailers, which have to stay below 8 KiB."""
MOST_CHARACTERS = 1_000
"""Of all the rules that one refusal names, for the same reason; the first is always named."""
MOST_VALUES = 200
"""A request with more values than this is told only the first rule that it breaks."""

_validator = Validator()


def parsed(method: Method, raw: bytes) -> Message:
    """The request in these bytes.

    Raises InvalidRequest for corrupt ones, for broken rules, and for too many bytes from outside.
    """
    is_outside = method.access != access_pb2.ACCESS_INTERNAL
    if is_outside and len(raw) > LARGEST_REQUEST_BYTES:
        raise InvalidRequest({"request": "is larger than 64 KiB"})
    kind = method.request_type
    try:
        request = kind.FromString(raw)
    except DecodeError:
        raise InvalidRequest({"request": f"is not a {kind.DESCRIPTOR.full_name}"}) from None
    check(request)
    return request


def check(request: Message) -> None:
    """Raises InvalidRequest naming fields that break a rule, and the rule: the first of many."""
    # Stops at the first: the limit of a list comes before its items.
    if not _validator.collect_violations(request, fail_fast=True):
        return
    is_long = sum(1 for _ in islice(_values(request), MOST_VALUES + 1)) > MOST_VALUES
    violations = _validator.collect_violations(request, fail_fast=is_long)[:MOST_NAMED]
    raise InvalidRequest(_named(request, violations))


def _named(request: Message, violations: Iterable[Violation]) -> dict[str, str]:
    """The first rule that each field breaks, as far as there is room."""
    named: dict[str, str] = {}
    room = MOST_CHARACTERS
    for violation in violations:
        path = _path(violation)
        if path in named:
            continue
        rule = worded(request, violation)
        room -= len(path) + len(rule)
        if named and room < 0:
            break
        named[path] = rule
    return named


def _values(message: Message) -> Iterator[object]:
    """Every value in a message and in the messages in it."""
    for field, value in message.ListFields():
        for item in value if field.is_repeated else (value,):
            yield item
            if isinstance(item, Message):
                yield from _values(item)


def warm(message: type[Message]) -> None:
    """Compile a message's rules now rather than in its first call."""
    _validator.collect_violations(message())


def _path(violation: Violation) -> str:
    """`content.tags[3]`; a rule about the whole message has the path `request`."""
    parts: list[str] = []
    for element in violation.proto.field.elements if violation.proto.field else ():
        name = element.field_name
        subscript = element.subscript
        if subscript is not None and subscript.field in ("index", "string_key", "int_key"):
            name += f"[{subscript.value}]"
        parts.append(name)
    return ".".join(parts) or "request"
