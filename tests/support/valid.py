"""Makes a valid request of any message type by mending whatever its rules complain about."""

from typing import Any
from uuid import uuid4

from buf.validate import validate_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from protovalidate import Validator, Violation

_validator = Validator()
ROUNDS = 50
WORDS = (
    *("a_word", "content.read", "2026-11-23T09:30:00", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "Ada"),
    *("A" * 87, "A" * 22),  # a browser's keys
    "0" * 64,  # a digest
)
"""Tried in turn for strings with patterns and lengths."""
NUMBERS = (1, 200)
"""Tried in turn for numbers; the second is an HTTP status."""


def valid_request(kind: type[Message]) -> Message:
    """A message that passes validation. Fails for a rule it cannot mend: teach it."""
    message = kind()
    for _ in range(ROUNDS):
        violations = _validator.collect_violations(message)
        if not violations:
            return message
        _mend(message, violations[0])
    raise AssertionError(f"cannot make a valid {kind.DESCRIPTOR.full_name}: {violations[0].proto}")


def _mend(message: Message, violation: Violation) -> None:
    names = _path(violation)
    for name in names[:-1]:
        holder = getattr(message, name)
        message = holder[0] if isinstance(holder, list) or hasattr(holder, "add") else holder
    oneof = message.DESCRIPTOR.oneofs_by_name.get(names[-1])
    field = oneof.fields[0] if oneof else message.DESCRIPTOR.fields_by_name[names[-1]]
    _fill(message, field)


def _fill(message: Message, field: Any) -> None:
    if field.message_type is not None and field.is_repeated:
        getattr(message, field.name).add()
    elif field.message_type is not None:
        getattr(message, field.name).SetInParent()
    elif field.is_repeated:
        getattr(message, field.name).append(_item(message, field))
    elif field.type == FieldDescriptor.TYPE_STRING:
        setattr(message, field.name, _text(message, field))
    elif field.type == FieldDescriptor.TYPE_ENUM:
        setattr(message, field.name, _choice(message, field))
    else:
        setattr(message, field.name, next(n for n in NUMBERS if _suits(message, field, n)))


def _text(message: Message, field: Any) -> str:
    rules = field.GetOptions().Extensions[validate_pb2.field].string
    if rules.uuid:
        return str(uuid4())
    if rules.email:
        return f"{uuid4().hex}@example.com"
    return next(word for word in WORDS if _suits(message, field, word))


def _item(message: Message, field: Any) -> Any:
    values = WORDS if field.type == FieldDescriptor.TYPE_STRING else (1,)
    return next(value for value in values if _suits(message, field, [value]))


def _choice(message: Message, field: Any) -> int:
    values = (value.number for value in field.enum_type.values)
    return int(next(value for value in values if _suits(message, field, value)))


def _suits(message: Message, field: Any, value: Any) -> bool:
    probe = type(message)()
    if field.is_repeated:
        getattr(probe, field.name).extend(value)
    else:
        setattr(probe, field.name, value)
    found = _validator.collect_violations(probe)
    return field.name not in {_path(one)[0] for one in found}


def _path(violation: Violation) -> list[str]:
    path = violation.proto.field
    assert path is not None, violation.proto
    return [element.field_name for element in path.elements]
