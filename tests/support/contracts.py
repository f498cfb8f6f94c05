"""Every method of every contract, found in the generated stubs: new ones join by themselves."""

import importlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import inergize
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from inergize.common.v1 import access_pb2

from services.kernel.contract import Method, methods

ROOMS = ("auth", "profile", "content", "automation", "safety", "analytics")


@lru_cache(maxsize=1)
def services() -> tuple[str, ...]:
    """Full names, such as `inergize.content.v1.ContentService`."""
    names: list[str] = []
    root = Path(next(iter(inergize.__path__)))
    for path in root.rglob("*_pb2.py"):
        module = ".".join(path.relative_to(root.parent).with_suffix("").parts)
        found = importlib.import_module(module).DESCRIPTOR
        names += [service.full_name for service in found.services_by_name.values()]
    assert names, f"no contracts below {root}"
    return tuple(sorted(names))


def room_of(service: str) -> str:
    """`content` for `inergize.content.v1.ContentService`."""
    return service.split(".")[1]


@lru_cache(maxsize=1)
def all_methods() -> tuple[Method, ...]:
    """Every method."""
    return tuple(method for service in services() for method in methods(service))


def public_methods() -> list[Method]:
    """What the edge offers."""
    return [method for method in all_methods() if method.access != access_pb2.ACCESS_INTERNAL]


def internal_methods() -> list[Method]:
    """What only the mesh offers."""
    return [method for method in all_methods() if method.access == access_pb2.ACCESS_INTERNAL]


def descriptor(method: Method) -> MethodDescriptor:
    """The method's descriptor."""
    service, _, name = method.path[1:].partition("/")
    found: MethodDescriptor = (
        descriptor_pool.Default().FindServiceByName(service).methods_by_name[name]
    )
    return found


def string_fields(method: Method) -> list[Any]:
    """The string fields of a request, top level."""
    fields = method.request_type.DESCRIPTOR.fields
    return [field for field in fields if field.type == FieldDescriptor.TYPE_STRING]


def short(method: Method) -> str:
    """A test id: `ContentService/GetContent`."""
    return method.path.rpartition(".")[2]
