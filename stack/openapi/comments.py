"""What the contracts say in words: comments, which descriptors at run time no longer have."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from google.protobuf.descriptor import Descriptor
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

# Field numbers on the way to a declaration, as `SourceCodeInfo.Location.path` counts them.
_PACKAGE = (2,)
_MESSAGE, _ENUM, _SERVICE = 4, 5, 6
_FIELD, _NESTED, _NESTED_ENUM, _ONEOF = 2, 3, 4, 8
_VALUE = _METHOD = 2

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`])")
Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Comments:
    """Comments by full name; a file's own, which introduces it, by its package and name."""

    by_name: Mapping[str, str]

    @classmethod
    def of(cls, descriptors: bytes) -> "Comments":
        """Read them from a `FileDescriptorSet` that was made with source info."""
        files = FileDescriptorSet.FromString(descriptors).file
        return cls({name: text for file in files for name, text in _of_file(file)})

    def text(self, name: str) -> str:
        """The comment in Markdown, its lines joined to paragraphs; empty when there is none."""
        paragraphs = re.split(r"\n\s*\n", self.raw(name))
        return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs).strip()

    def raw(self, name: str) -> str:
        """The comment line by line, as it stands in the contract."""
        return self.by_name.get(name, "")


def first_sentence(text: str) -> str:
    """What a text says first, without its full stop."""
    return _SENTENCE_END.split(text.partition("\n\n")[0], maxsplit=1)[0].rstrip(".")


def with_json_names(text: str, *messages: Descriptor) -> str:
    """The text with the messages' fields named as in JSON: `page_size` is `pageSize` there."""
    names = {field.name: field.json_name for message in messages for field in message.fields}
    return re.sub(r"`([a-z0-9_]+)`", lambda found: f"`{names.get(found[1], found[1])}`", text)


def _of_file(file: FileDescriptorProto) -> Iterator[tuple[str, str]]:
    names = dict(_names(file))
    for location in file.source_code_info.location:
        name = names.get(tuple(location.path))
        if name is not None and location.leading_comments:
            lines = location.leading_comments.splitlines()
            yield name, "\n".join(line.removeprefix(" ") for line in lines)


def _names(file: FileDescriptorProto) -> Iterator[tuple[Path, str]]:
    """Every declaration of a file: where it stands and its full name."""
    yield _PACKAGE, file.name
    for at, enum in enumerate(file.enum_type):
        yield from _names_of_enum((_ENUM, at), file.package, enum)
    for at, message in enumerate(file.message_type):
        yield from _names_of_message((_MESSAGE, at), file.package, message)
    for at, service in enumerate(file.service):
        full_name = f"{file.package}.{service.name}"
        yield (_SERVICE, at), full_name
        for number, method in enumerate(service.method):
            yield (_SERVICE, at, _METHOD, number), f"{full_name}.{method.name}"


def _names_of_message(
    path: Path, scope: str, message: DescriptorProto
) -> Iterator[tuple[Path, str]]:

    full_name = f"{scope}.{message.name}"
    yield path, full_name
    for at, field in enumerate(message.field):
        yield (*path, _FIELD, at), f"{full_name}.{field.name}"
    for at, oneof in enumerate(message.oneof_decl):
        yield (*path, _ONEOF, at), f"{full_name}.{oneof.name}"
    for at, enum in enumerate(message.enum_type):
        yield from _names_of_enum((*path, _NESTED_ENUM, at), full_name, enum)
    for at, nested in enumerate(message.nested_type):
        yield from _names_of_message((*path, _NESTED, at), full_name, nested)


def _names_of_enum(path: Path, scope: str, enum: EnumDescriptorProto) -> Iterator[tuple[Path, str]]:

    yield path, f"{scope}.{enum.name}"
    for at, value in enumerate(enum.value):
        # As protobuf scopes them: a value is a sibling of its enum.
        yield (*path, _VALUE, at), f"{scope}.{value.name}"
