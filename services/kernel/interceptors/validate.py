"""Checks a request against the rules of its message."""

from google.protobuf.message import DecodeError, Message
from protovalidate import Validator, Violation

from services.kernel.errors import InvalidRequest

_validator = Validator()


def parsed(kind: type[Message], raw: bytes) -> Message:
    """The request in these bytes. Raises InvalidRequest for corrupt ones and for broken rules."""
    try:
        request = kind.FromString(raw)
    except DecodeError:
        raise InvalidRequest({"request": f"is not a {kind.DESCRIPTOR.full_name}"}) from None
    check(request)
    return request


def check(request: Message) -> None:
    """Raises InvalidRequest naming every field that breaks a rule, and the rule."""
    violations = _validator.collect_violations(request)
    if violations:
        raise InvalidRequest({_path(found): found.proto.message for found in violations})


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
