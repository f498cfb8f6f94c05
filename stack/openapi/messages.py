"""Ways around the contract's descriptors that every part of the document needs."""

from collections.abc import Iterator
from typing import Any

from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from protovalidate import Validator

from stack.mesh_contract import Operation

HTTP_BODY = "google.api.HttpBody"
_validator = Validator()


def full_name(operation: Operation) -> str:
    """The method's full name, as comments know it."""
    return f"{operation.service}.{operation.method.name}"


def request_of(operation: Operation) -> Descriptor:
    """What the method is sent."""
    descriptor: Any = operation.method.request_type.DESCRIPTOR
    return _checked(descriptor)


def reply_of(operation: Operation) -> Descriptor:
    """What the method answers."""
    descriptor: Any = operation.method.reply_type.DESCRIPTOR
    return _checked(descriptor)


def message_of(field: FieldDescriptor) -> Descriptor:
    """The message that a field of a message's type holds."""
    return _checked(field.message_type)


def enum_of(field: FieldDescriptor) -> EnumDescriptor:
    """The enum whose values a field of an enum's type has."""
    assert field.enum_type is not None, field.full_name
    return field.enum_type


def holder_of(field: FieldDescriptor) -> Descriptor:
    """The message that has the field."""
    return _checked(field.containing_type)


def field_at(message: Descriptor, path: str) -> FieldDescriptor:
    """The field at a dotted path."""
    *holders, last = path.split(".")
    for name in holders:
        message = message_of(message.fields_by_name[name])
    return message.fields_by_name[last]


def is_map(field: FieldDescriptor) -> bool:
    """Whether the field is a `map<…>`, a JSON object, though its descriptor says repeated."""
    kind = field.message_type
    return kind is not None and bool(kind.GetOptions().map_entry)


def is_page(field: FieldDescriptor) -> bool:
    """Whether the field holds a whole HTTP body of its own kind."""
    kind = field.message_type
    return kind is not None and kind.full_name == HTTP_BODY


def new(kind: Descriptor) -> Any:
    """An empty message."""
    return message_factory.GetMessageClass(kind)()


def broken(message: Message) -> set[str]:
    """Names of the fields and oneofs of the message that break one of its rules."""
    paths = (found.proto.field for found in _validator.collect_violations(message))
    return {path.elements[0].field_name for path in paths if path and path.elements}


def reachable(kind: Descriptor) -> Iterator[Descriptor]:
    """The message and every message in it, each once."""
    waiting, seen = [kind], set()
    while waiting:
        found = waiting.pop()
        if found.full_name not in seen:
            seen.add(found.full_name)
            yield found
            waiting += [field.message_type for field in found.fields if field.message_type]


def _checked(descriptor: Descriptor | None) -> Descriptor:
    assert descriptor is not None
    return descriptor
