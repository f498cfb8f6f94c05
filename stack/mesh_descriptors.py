"""The contracts as Envoy's transcoder reads them: a descriptor set, from the installed stubs."""

from collections.abc import Collection, Iterator
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet


@lru_cache(maxsize=1)
def contract_files() -> tuple[FileDescriptor, ...]:
    """Every contract of `inergize`, in the order of their names."""
    import inergize

    roots = [Path(folder) for folder in inergize.__path__]
    names = {
        "inergize." + ".".join(path.relative_to(root).with_suffix("").parts)
        for root in roots
        for path in root.rglob("*_pb2.py")
    }
    return tuple(_descriptor(name) for name in sorted(names))


def descriptor_set(services: Collection[str]) -> bytes:
    """A `FileDescriptorSet` of the services' contracts and all they import, dependencies first.

    It holds the error details too: Envoy prints only those detail types that it finds here.
    """
    files = FileDescriptorSet()
    contracts = [file for file in contract_files() if _serves(file, services)]
    details = _descriptor("google.rpc.error_details_pb2")
    for file in _dependencies_first((*contracts, details), set()):
        file.CopyToProto(files.file.add())
    return files.SerializeToString(deterministic=True)


def _serves(file: FileDescriptor, services: Collection[str]) -> bool:
    return any(service.full_name in services for service in file.services_by_name.values())


def _descriptor(module: str) -> FileDescriptor:
    descriptor: FileDescriptor = import_module(module).DESCRIPTOR
    return descriptor


def _dependencies_first(
    files: tuple[FileDescriptor, ...], seen: set[str]
) -> Iterator[FileDescriptor]:
    for file in files:
        if file.name not in seen:
            seen.add(file.name)
            yield from _dependencies_first(tuple(file.dependencies), seen)
            yield file
