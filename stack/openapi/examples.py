"""Examples that keep the rules, made of the contract alone: the same ones every time."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from stack.openapi.kinds import Json, scalar, well_known
from stack.openapi.messages import broken, enum_of, holder_of, is_map, is_page, message_of, new
from stack.openapi.patterns import shortest
from stack.openapi.rules import field_rules, portable

_UUID = "0b6c2f3e-8f5d-4c1a-9a55-1f0e6f1c2d3b"
_TIME = "2026-11-23T09:30:00Z"
_NUMBER = 1
_DEEPEST = 6
_SECRET = "example-not-a-real-secret"  # noqa: S105 - it says so
# What reads well, by the end of a field's name; whatever breaks the field's rules is passed over.
_BY_NAME: dict[str, str] = {
    "email": "ada@example.com",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "device_name": "Ada's laptop",
    "time_zone": "Europe/London",
    "language": "en",
    "phone": "+442079460000",
    "phone_number": "+442079460000",
    "local_time": _TIME.removesuffix("Z"),
    "code": "123456",
    "reason": "As agreed by telephone.",
    "title": "First post",
    "body": "Hello from #InErgize",
    "_url": "https://example.com/page",
    "_json": "{}",
    "etag": "3",
    "scopes": "content.read",
    "events": "signed_in",
    "name": "Example",
    "_id": _UUID,
    "_token": _SECRET,
    "token": _SECRET,
    "password": _SECRET,
    "secret": _SECRET,
}
_WORDS = ("text", _UUID, "Example", "Europe/London", "a" * 40)
_BY_MESSAGE: dict[str, Any] = {
    "google.protobuf.Timestamp": _TIME,
    "google.protobuf.Duration": "5s",
    "google.protobuf.FieldMask": "",
    "google.protobuf.Struct": {},
    "google.protobuf.Empty": {},
    "google.protobuf.ListValue": [],
    "google.protobuf.Value": "text",
}


def request_example(kind: Descriptor, without: set[str]) -> Json:
    """What a request must hold, and no more: a start to build on."""
    return {field.json_name: _value(field) for field in _asked(kind) if field.name not in without}


def response_example(kind: Descriptor, depth: int = 0) -> Json:
    """An answer with everything in it; of a `oneof`, the first."""
    taken = [field for field in kind.fields if _is_first(field) and not is_page(field)]
    return {field.json_name: _answer(field, depth) for field in taken if depth < _DEEPEST}


def parameter_example(field: FieldDescriptor) -> Any:
    """A value for a field in a path or a query."""
    return _value(field)


def _asked(kind: Descriptor) -> Iterator[FieldDescriptor]:
    names = broken(new(kind))
    names |= {oneof.fields[0].name for oneof in kind.oneofs if oneof.name in names}
    # A message that needs nothing says nothing when it is empty.
    names = names or {field.name for field in kind.fields[:1] if not kind.name.endswith("Request")}
    yield from (field for field in kind.fields if field.name in names)


def _is_first(field: FieldDescriptor) -> bool:
    oneof = field.containing_oneof
    return oneof is None or oneof.fields[0].name == field.name


def _value(field: FieldDescriptor) -> Any:
    if is_map(field):
        return {}
    if field.is_repeated:
        return [_single(field, field_rules(field).repeated.items)]
    return _single(field, field_rules(field))


def _single(field: FieldDescriptor, rules: Any) -> Any:
    if field.enum_type is not None:
        return _choice(field, rules)
    if field.message_type is not None:
        own = _BY_MESSAGE.get(field.message_type.full_name)
        return own if own is not None else request_example(message_of(field), set())
    return _scalar(field, rules)


def _answer(field: FieldDescriptor, depth: int) -> Any:
    kind = field.message_type
    if is_map(field) or kind is None or well_known(kind) is not None:
        return _value(field)
    answer = response_example(kind, depth + 1)
    return [answer] if field.is_repeated else answer


def _choice(field: FieldDescriptor, rules: Any) -> str:
    enum = enum_of(field)
    chosen = list(getattr(rules.enum, "in")) or [value.number for value in enum.values[1:]]
    return str(enum.values_by_number[(chosen or [0])[0]].name)


def _scalar(field: FieldDescriptor, rules: Any) -> Any:
    if field.type == FieldDescriptor.TYPE_STRING:
        return _text(field, rules.string)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return b64encode(b"bytes").decode()
    if field.type == FieldDescriptor.TYPE_BOOL:
        return True
    is_string = scalar(field).get("type") == "string"
    return str(_NUMBER) if is_string else _NUMBER


def _text(field: FieldDescriptor, rules: Any) -> str:
    """A text for the field that keeps its rules. Raises ValueError when there is none."""
    for candidate in _candidates(field, rules):
        if _suits(field, candidate):
            return candidate
    raise ValueError(f"{field.full_name} has rules that no example keeps: teach it one")


def _candidates(field: FieldDescriptor, rules: Any) -> Iterator[str]:
    yield from rules.example
    yield from (text for end, text in _BY_NAME.items() if field.name.endswith(end))
    yield from _WORDS
    if rules.HasField("pattern"):
        yield shortest(portable(rules.pattern))
    yield "a" * max(rules.min_len, rules.len)


def _suits(field: FieldDescriptor, text: str) -> bool:
    message = new(holder_of(field))
    if field.is_repeated:
        getattr(message, field.name).append(text)
    else:
        setattr(message, field.name, text)
    return field.name not in broken(message)
