"""What the contract says of each method, read from the descriptors once at start."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import inergize
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import (
    Descriptor,
    FieldDescriptor,
    MethodDescriptor,
)
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message import Message
from inergize.common.v1 import access_pb2

READ = MethodOptions.NO_SIDE_EFFECTS


class ContractError(Exception):
    """A method lacks an option that every method must carry."""


@dataclass(frozen=True, slots=True)
class Method:
    """One method and its options."""

    path: str
    """`/package.Service/Method`."""
    access: int
    timeout_seconds: float
    callers: frozenset[str]
    """Who may call an internal method."""
    scope: str
    """What an API key needs to call it; empty when none may."""
    needs_recent_authentication: bool
    """Whether the session's user must have been proved within the last minutes."""
    is_read: bool
    is_idempotent: bool
    """Safe to repeat: reads, and writes that say so."""
    is_stream: bool
    has_secret_reply: bool
    """A field of the reply is marked `debug_redact`: the reply is never stored or logged."""
    request_type: type[Message]
    reply_type: type[Message]

    @property
    def name(self) -> str:
        """The method's own name, which is also the servicer's attribute."""
        return self.path.rpartition("/")[2]


def known_scopes() -> frozenset[str]:
    """Every scope that a method of any installed contract asks for."""
    return frozenset(
        method.scope
        for service in _public_services()
        for method in methods(service)
        if method.scope
    )


def _public_services() -> Iterator[str]:
    """Full names; a service whose stub nobody has imported is not among the descriptors yet."""
    for folder in inergize.__path__:
        for path in Path(folder).glob("*/v1/*_service_pb2.py"):
            module = import_module(f"inergize.{path.parts[-3]}.v1.{path.stem}")
            for service in module.DESCRIPTOR.services_by_name.values():
                yield service.full_name


def methods(service: str) -> list[Method]:
    """Read the methods of `package.Service`.

    Raises ContractError for a method without access or timeout, KeyError for an unknown service.
    """
    pool = descriptor_pool.Default()
    found = pool.FindServiceByName(service)
    return [_method(method) for method in found.methods]


def _method(method: MethodDescriptor) -> Method:
    options = method.GetOptions()
    access = options.Extensions[access_pb2.access]
    timeout = options.Extensions[access_pb2.timeout].ToTimedelta().total_seconds()
    callers = frozenset(options.Extensions[access_pb2.callers])
    service = method.containing_service.full_name
    path = f"/{service}/{method.name}"
    if access == access_pb2.ACCESS_UNSPECIFIED or timeout <= 0:
        raise ContractError(f"{path} needs the options access and timeout")
    if (access == access_pb2.ACCESS_INTERNAL) != bool(callers):
        raise ContractError(f"{path}: internal methods, and only they, name their callers")
    scope = options.Extensions[access_pb2.scope]
    is_recent = options.Extensions[access_pb2.recent_authentication]
    if scope and (access != access_pb2.ACCESS_USER or is_recent):
        raise ContractError(f"{path}: an API key cannot call it, so it has no scope")
    if is_recent and access not in {access_pb2.ACCESS_USER, access_pb2.ACCESS_ADMIN}:
        raise ContractError(f"{path}: only a session can be authenticated recently")
    level = options.idempotency_level
    return Method(
        path=path,
        access=access,
        timeout_seconds=timeout,
        callers=callers,
        scope=scope,
        needs_recent_authentication=is_recent,
        is_read=level == READ,
        is_idempotent=level != MethodOptions.IDEMPOTENCY_UNKNOWN,
        is_stream=method.server_streaming,
        has_secret_reply=_has_secret(method.output_type),
        request_type=_message_class(method.input_type),
        reply_type=_message_class(method.output_type),
    )


def _message_class(descriptor: Descriptor) -> type[Message]:
    return message_factory.GetMessageClass(descriptor)


def _has_secret(message: Descriptor) -> bool:
    return any(field.GetOptions().debug_redact for field in _fields(message, set()))


def _fields(message: Descriptor, seen: set[str]) -> Iterator[FieldDescriptor]:
    """Every field of a message and of the messages in it, each message once."""
    if message.full_name in seen:
        return
    seen.add(message.full_name)
    for field in message.fields:
        yield field
        if field.message_type is not None:
            yield from _fields(field.message_type, seen)
