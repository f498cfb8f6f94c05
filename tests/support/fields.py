"""The fields of a method's request and reply, those of the messages in them included."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from buf.validate import validate_pb2
from google.api import annotations_pb2
from google.protobuf.descriptor import FieldDescriptor

from services.kernel.contract import Method
from tests.support.contracts import descriptor


@dataclass(frozen=True)
class Field:
    """One field, and what its rules say."""

    found: Any

    @property
    def name(self) -> str:
        return str(self.found.name)

    @property
    def containing_type(self) -> Any:
        return self.found.containing_type

    @property
    def is_bytes(self) -> bool:
        return bool(self.found.type == FieldDescriptor.TYPE_BYTES)

    @property
    def is_text(self) -> bool:
        return bool(self.found.type == FieldDescriptor.TYPE_STRING)

    @property
    def is_choice(self) -> bool:
        return bool(self.found.type == FieldDescriptor.TYPE_ENUM)

    @property
    def is_marked_secret(self) -> bool:
        """Whether the contract says that the value must not be kept or shown."""
        return bool(self.found.GetOptions().debug_redact)

    @property
    def needs_bounds(self) -> bool:
        """Whether a caller could make it as long as they like, or name what there is not."""
        kinds = (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_ENUM, FieldDescriptor.TYPE_BYTES)
        return self.found.is_repeated or self.found.type in kinds

    @property
    def has_bounds(self) -> bool:
        rules = self.found.GetOptions().Extensions[validate_pb2.field]
        if self.found.is_repeated:
            return bool(rules.repeated.max_items)
        if self.found.type == FieldDescriptor.TYPE_ENUM:
            return bool(rules.enum.defined_only or getattr(rules.enum, "in"))
        text = rules.string
        is_fixed = text.uuid or (text.pattern and not {"*", "+"} & set(text.pattern))
        return bool(text.max_len or text.max_bytes or is_fixed)


def request_fields(method: Method, *, in_url: bool = False) -> Iterator[Field]:
    """Every field of the request; with `in_url`, those that REST puts into path or query."""
    if not in_url:
        yield from _walk(method.request_type.DESCRIPTOR, set())
        return
    rule = descriptor(method).GetOptions().Extensions[annotations_pb2.http]
    for one in (rule, *rule.additional_bindings):
        for field in method.request_type.DESCRIPTOR.fields:
            in_path = f"{{{field.name}}}" in getattr(one, one.WhichOneof("pattern"))
            if in_path or one.body not in ("*", field.name):
                yield Field(field)


def reply_fields(method: Method) -> Iterator[Field]:
    """Every field of the reply."""
    yield from _walk(method.reply_type.DESCRIPTOR, set())


def _walk(message: Any, seen: set[str]) -> Iterator[Field]:
    if message.full_name in seen or not message.full_name.startswith("inergize."):
        return
    seen.add(message.full_name)
    for field in message.fields:
        yield Field(field)
        if field.message_type is not None:
            yield from _walk(field.message_type, seen)
