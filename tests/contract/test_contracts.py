"""What every contract must say of itself."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from google.api import annotations_pb2
from google.protobuf.descriptor_pb2 import MethodOptions
from inergize.common.v1 import access_pb2, error_reason_pb2

from services.kernel.contract import Method
from services.kernel.errors import DomainError
from stack.generate import STUB_PACKAGES, STUBS, lint, write_stubs
from tests.support.contracts import all_methods, descriptor, public_methods, room_of, short

ROOT = Path(__file__).resolve().parents[2]


def _http(method: Method) -> Any:
    return descriptor(method).GetOptions().Extensions[annotations_pb2.http]


@pytest.mark.parametrize("method", all_methods(), ids=short)
def test_method_has_access_timeout_and_a_route_or_is_internal(method: Method) -> None:
    has_route = bool(_http(method).WhichOneof("pattern"))
    is_internal = method.access == access_pb2.ACCESS_INTERNAL
    assert method.timeout_seconds > 0
    assert has_route != is_internal
    assert bool(method.callers) == is_internal


@pytest.mark.parametrize("method", public_methods(), ids=short)
def test_get_route_means_no_side_effects_or_says_why_not(method: Method) -> None:
    """OAuth's two steps are GETs by LinkedIn's and browsers' rules; nothing else may be."""
    is_get = _http(method).WhichOneof("pattern") == "get"
    oauth = {"StartLinkedInConnect", "CompleteLinkedInConnect"}
    level = descriptor(method).GetOptions().idempotency_level
    assert is_get == (level == MethodOptions.NO_SIDE_EFFECTS) or method.name in oauth


def _user_methods() -> list[Method]:
    return [method for method in all_methods() if method.access == access_pb2.ACCESS_USER]


SESSIONS_ONLY = {"profile/StartLinkedInConnect"}
"""Methods beside Auth's that no API key may call: they need the person."""


@pytest.mark.parametrize("method", _user_methods(), ids=short)
def test_scope_is_named_after_service_and_kind(method: Method) -> None:
    """Reads need `<service>.read`, the rest `<service>.write`; Auth lets a key read a little."""
    service = room_of(method.path[1:])
    if not method.scope:
        assert service == "auth" or f"{service}/{method.name}" in SESSIONS_ONLY
        return
    assert method.scope == f"{SCOPES.get(service, service)}.{'read' if method.is_read else 'write'}"
    assert service != "auth" or method.is_read


SCOPES = {"auth": "account"}


def test_contracts_pass_buf_lint() -> None:
    lint()


def test_committed_stubs_are_what_the_contracts_generate(tmp_path: Path) -> None:
    write_stubs(tmp_path)
    for package in STUB_PACKAGES:
        fresh = _tree(tmp_path / package)
        assert _tree(STUBS / package) == fresh, "run `make generate`"


def _tree(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {str(path.relative_to(folder)): path.read_text() for path in files}


def _subclasses(kind: type[DomainError]) -> list[type[DomainError]]:
    return [found for sub in kind.__subclasses__() for found in (sub, *_subclasses(sub))]


def test_every_domain_error_has_a_reason_and_a_message() -> None:
    for error in _subclasses(DomainError):
        assert error.__doc__, error
        assert error.reason != error_reason_pb2.ERROR_REASON_UNSPECIFIED, error


def test_generated_code_is_importable_without_our_services() -> None:
    """The client package stands alone: callers ship with it and nothing of ours."""
    code = (
        "import sys, inergize.content.v1.content_service_pb2_grpc;print('services' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="/"
    )
    assert done.stdout.strip() == "False"
