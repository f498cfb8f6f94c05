"""What the contract says that Envoy has to know: one `Operation` per method."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from google.api import annotations_pb2
from google.api.http_pb2 import HttpRule
from google.protobuf.descriptor import Descriptor, MethodDescriptor
from inergize.common.v1 import access_pb2

from services.kernel.contract import Method, methods
from stack.mesh_descriptors import contract_files
from stack.names import SERVICES

EVERYWHERE = "common"
"""The package whose services every process serves."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One REST route of a method."""

    verb: str
    """`GET`, `POST` ... or the kind of a custom rule."""
    template: str
    """Path template as `google.api.http` writes it."""
    body: str = ""
    """The field of the request that the body is; `*` for all that the path does not give."""
    response_body: str = ""
    """The field of the response that is answered; all of it when empty."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method, where it is served and how REST reaches it."""

    package: str
    """The service's short name, `auth`; `common` for what every service serves."""
    method: Method
    bindings: tuple[Binding, ...]
    has_secret_request: bool
    """A field of the request is marked `debug_redact`: no answer may quote the request."""

    @property
    def is_public(self) -> bool:
        """Anyone may call it, with or without a token."""
        return self.method.access == access_pb2.ACCESS_PUBLIC

    @property
    def is_internal(self) -> bool:
        """Only other services may call it: it does not exist at the edge."""
        return self.method.access == access_pb2.ACCESS_INTERNAL

    @property
    def service(self) -> str:
        """The full name of its gRPC service."""
        return self.method.path[1:].partition("/")[0]


@lru_cache(maxsize=1)
def operations() -> tuple[Operation, ...]:
    """Every method of the contract.

    Raises services.kernel.contract.ContractError for a method without access or timeout.
    """
    return tuple(
        _operation(method, descriptor)
        for file in contract_files()
        for service in file.services_by_name.values()
        for method, descriptor in zip(methods(service.full_name), service.methods, strict=True)
    )


def edge_operations() -> tuple[Operation, ...]:
    """What may be called from outside."""
    return tuple(found for found in operations() if not found.is_internal)


def mesh_operations(service: str) -> tuple[Operation, ...]:
    """What one service serves to the others, what every service serves included."""
    return tuple(found for found in operations() if found.package in {service, EVERYWHERE})


def _operation(method: Method, descriptor: MethodDescriptor) -> Operation:
    package = method.path.split(".")[1]
    if package not in {*SERVICES, EVERYWHERE}:
        raise ValueError(f"{method.path} belongs to no service")
    rule = descriptor.GetOptions().Extensions[annotations_pb2.http]
    return Operation(
        package=package,
        method=method,
        bindings=tuple(_bindings(rule)),
        has_secret_request=_has_secret(descriptor.input_type, set()),
    )


def _bindings(rule: HttpRule) -> Iterator[Binding]:
    kind = rule.WhichOneof("pattern")
    if kind == "custom":
        yield Binding(rule.custom.kind, rule.custom.path, rule.body, rule.response_body)
    elif kind is not None:
        yield Binding(kind.upper(), getattr(rule, kind), rule.body, rule.response_body)
    for additional in rule.additional_bindings:
        yield from _bindings(additional)


def _has_secret(message: Descriptor, seen: set[str]) -> bool:
    if message.full_name in seen:
        return False
    seen.add(message.full_name)
    return any(
        field.GetOptions().debug_redact
        or (field.message_type is not None and _has_secret(field.message_type, seen))
        for field in message.fields
    )
