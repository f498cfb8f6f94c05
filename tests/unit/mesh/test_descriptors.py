"""The transcoder gets what the contracts say, from the installed stubs alone."""

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool

from stack import generate
from stack.mesh_contract import edge_operations
from stack.mesh_descriptors import descriptor_set

SERVICES = sorted({found.service for found in edge_operations()})
FILES = FileDescriptorSet.FromString(descriptor_set(SERVICES)).file


def test_the_set_stands_alone_dependencies_first() -> None:
    pool = DescriptorPool()
    for file in FILES:
        pool.AddSerializedFile(file.SerializeToString())
    for service in SERVICES:
        assert pool.FindServiceByName(service).full_name == service


def test_the_set_holds_the_error_details() -> None:
    assert "google/rpc/error_details.proto" in {file.name for file in FILES}


def test_the_set_says_what_the_sources_say() -> None:
    compiled = FileDescriptorSet.FromString(generate.descriptor_set()).file
    sources = {file.name: file for file in compiled}
    ours = [file for file in FILES if file.name.startswith("inergize/")]
    assert ours
    for file in ours:
        assert routes(file) == routes(sources[file.name]), file.name


def routes(file: FileDescriptorProto) -> dict[str, bytes]:
    """Every method with its options, as bytes."""
    return {
        f"{service.name}/{method.name}": method.SerializeToString(deterministic=True)
        for service in file.service
        for method in service.method
    }
