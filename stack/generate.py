"""Derives what others determine: stubs and the API's description by contracts, pages by code."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from stack.generate_docs import write_docs

ROOT = Path(__file__).resolve().parents[1]
PROTOS = ROOT / "protos"
STUBS = ROOT / "clients" / "python"
STUB_PACKAGES = ("inergize", "buf")
# protoc copies what it was given; Envoy prints only those error details whose types it knows.
ENVOY_EXTRAS = ("google/rpc/error_details.proto", "google/rpc/status.proto")


class GenerationError(Exception):
    """A generator refused the contracts; the message is its own output."""


def main(argv: list[str] | None = None) -> int:
    """Run `inergize generate`: write the stubs and generated pages, or only lint the contracts."""
    parser = argparse.ArgumentParser(prog="inergize generate", description=main.__doc__)
    parser.add_argument("--lint", action="store_true", help="only run `buf lint`")
    parser.add_argument("--into", type=Path, default=STUBS, help="folder for the Python stubs")
    arguments = parser.parse_args(argv)
    try:
        if arguments.lint:
            lint()
        else:
            write_stubs(arguments.into)
            write_docs()
            # This process may hold the stubs as they were.
            _run([sys.executable, "-m", "stack.openapi"])
    except GenerationError as failed:
        sys.stderr.write(f"{failed}\n")
        return 1
    return 0


def write_stubs(into: Path) -> None:
    """Replace the stub packages below `into` by freshly generated ones.

    Raises GenerationError with protoc's words when a contract is wrong.
    """
    for package in STUB_PACKAGES:
        shutil.rmtree(into / package, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        validate = _validate_descriptors(Path(scratch))
        _protoc(
            f"--descriptor_set_in={validate}",
            f"-I{PROTOS}",
            f"-I{_site_packages()}",
            f"--python_out={into}",
            f"--grpc_python_out={into}",
            f"--mypy_out=quiet:{into}",
            f"--mypy_grpc_out=quiet:{into}",
            *_contracts(),
        )
        _protoc(
            f"--descriptor_set_in={validate}",
            f"--python_out={into}",
            f"--mypy_out=quiet:{into}",
            "buf/validate/validate.proto",
        )
    _drop_messageless_grpc(into)
    _mark_typed(into)


def descriptor_set(*, with_sources: bool = False) -> bytes:
    """Build a `FileDescriptorSet` of every contract and all it imports.

    Comments are kept with `with_sources`. Raises GenerationError when a contract is wrong.
    """
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "all.binpb"
        _protoc(
            f"--descriptor_set_in={_validate_descriptors(Path(scratch))}",
            f"-I{PROTOS}",
            f"-I{_site_packages()}",
            f"--descriptor_set_out={out}",
            "--include_imports",
            *(["--include_source_info"] if with_sources else []),
            *_contracts(),
            *ENVOY_EXTRAS,
        )
        return out.read_bytes()


def lint() -> None:
    """Run `buf lint` on the contracts.

    buf gets a built image in which everything that is not ours is marked as an import, so that no
    registry and no third-party sources are needed. Raises GenerationError with buf's findings.
    """
    with tempfile.TemporaryDirectory() as scratch:
        image = Path(scratch) / "image.binpb"
        image.write_bytes(_buf_image(descriptor_set(with_sources=True)))
        buf = Path(sys.executable).with_name("buf")
        _run([str(buf), "lint", str(image), "--config", str(ROOT / "buf.yaml")])


def _contracts() -> list[str]:
    return sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))


def _site_packages() -> Path:
    """Where the googleapis-common-protos wheel keeps `google/api/*.proto`."""
    import google.api.annotations_pb2 as annotations

    return Path(str(annotations.__file__)).parents[2]


def _validate_descriptors(scratch: Path) -> Path:
    """Write the descriptors of `buf/validate/validate.proto`, which no wheel ships as source."""
    from google.protobuf import descriptor_pb2, duration_pb2, field_mask_pb2, timestamp_pb2
    from protovalidate._gen.buf.validate import validate_pb

    files = descriptor_pb2.FileDescriptorSet()
    for module in (descriptor_pb2, duration_pb2, field_mask_pb2, timestamp_pb2):
        module.DESCRIPTOR.CopyToProto(files.file.add())
    files.file.add().ParseFromString(validate_pb.desc().proto.to_binary())
    path = scratch / "validate.binpb"
    path.write_bytes(files.SerializeToString())
    return path


def _buf_image(descriptors: bytes) -> bytes:
    """Turn a descriptor set into buf's image format: imports carry `is_import` in field 8042."""
    from google.protobuf import descriptor_pb2

    files = descriptor_pb2.FileDescriptorSet.FromString(descriptors).file
    image = bytearray()
    for file in files:
        body = file.SerializeToString()
        if not file.name.startswith("inergize/"):
            body += _length_delimited(8042, b"\x08\x01")
        image += _length_delimited(1, body)
    return bytes(image)


def _length_delimited(field: int, body: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(body)) + body


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _drop_messageless_grpc(into: Path) -> None:
    """Remove the empty `_pb2_grpc` files protoc writes for contracts without a service."""
    for path in into.glob("inergize/**/*_pb2_grpc.py"):
        if "class " not in path.read_text():
            path.unlink()
            path.with_suffix(".pyi").unlink(missing_ok=True)


def _mark_typed(into: Path) -> None:
    for package in STUB_PACKAGES:
        (into / package / "py.typed").touch()


def _protoc(*arguments: str) -> None:
    _run([sys.executable, "-m", "grpc_tools.protoc", *arguments])


def _run(command: Iterable[str]) -> None:
    # protoc looks its plugins up on PATH; they sit beside this interpreter.
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    done = subprocess.run(
        list(command), capture_output=True, text=True, env=environment, check=False, cwd=ROOT
    )
    if done.returncode:
        raise GenerationError((done.stdout + done.stderr).strip())


if __name__ == "__main__":
    raise SystemExit(main())
