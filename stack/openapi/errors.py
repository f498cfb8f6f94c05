"""How a call can fail: what its comment says, and what any call may meet on the way."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from google.protobuf.descriptor import EnumDescriptor
from google.rpc import code_pb2
from grpc import StatusCode
from inergize.common.v1.access_pb2 import ACCESS_USER
from inergize.common.v1.error_reason_pb2 import ErrorReason

from services.kernel import errors as kernel
from services.kernel.errors import DomainError
from stack.mesh_contract import Binding, Operation
from stack.openapi.comments import Comments, first_sentence
from stack.openapi.kinds import Json
from stack.openapi.parameters import accepts_idempotency_key

ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"
_EDGE_ERRORS = Path(__file__).resolve().parents[2] / "envoy" / "errors.yaml"
_PREFIX = "ERROR_REASON_"
_WORD = re.compile(r"`([A-Z_]+)`|\b(ERROR_REASON_[A-Z0-9_]+)\b")
_EXAMPLE = re.compile(r"^ {4}(\{.*?\})\s*\Z", re.DOTALL | re.MULTILINE)

# Where Envoy puts a gRPC status in HTTP: envoy, source/common/grpc/status.cc.
HTTP_STATUS = {
    StatusCode.CANCELLED: 499,
    StatusCode.UNKNOWN: 500,
    StatusCode.INVALID_ARGUMENT: 400,
    StatusCode.DEADLINE_EXCEEDED: 504,
    StatusCode.NOT_FOUND: 404,
    StatusCode.ALREADY_EXISTS: 409,
    StatusCode.PERMISSION_DENIED: 403,
    StatusCode.RESOURCE_EXHAUSTED: 429,
    StatusCode.FAILED_PRECONDITION: 400,
    StatusCode.ABORTED: 409,
    StatusCode.OUT_OF_RANGE: 400,
    StatusCode.UNIMPLEMENTED: 501,
    StatusCode.INTERNAL: 500,
    StatusCode.UNAVAILABLE: 503,
    StatusCode.DATA_LOSS: 500,
    StatusCode.UNAUTHENTICATED: 401,
}
_ANY_CALL = (kernel.InvalidRequest, kernel.Internal, kernel.DeadlineExceeded, kernel.Unavailable)
_WITH_TOKEN = (kernel.Unauthenticated, kernel.SessionEnded)
_WITH_KEY = (
    kernel.IdempotencyKeyInvalid,
    kernel.IdempotencyKeyReused,
    kernel.IdempotencyInFlight,
    kernel.IdempotencyResultLost,
)


@dataclass(frozen=True, slots=True, order=True)
class Failure:
    """One way a call can end."""

    http_status: int
    code: str
    """Name of the gRPC status."""
    reason: str
    """Full name of the `ErrorReason`."""


def documented(comment: str) -> list[Failure]:
    """The failures that a method's comment names: each reason under the last status before it.

    Raises ValueError for a reason without a status.
    """
    found, status = [], None
    for word in _WORD.finditer(comment):
        if word[1] in StatusCode.__members__:
            status = StatusCode[word[1]]
        elif word[2] and status is None:
            raise ValueError(f"{word[2]} stands before its status in {comment!r}")
        elif word[2] and status is not None:
            found.append(Failure(HTTP_STATUS[status], status.name, word[2]))
    return found


def general(operation: Operation, binding: Binding) -> Iterator[Failure]:
    """The failures that a call may meet because of what it is: its access, its body, its key."""
    yield from _coded(_ANY_CALL)
    if not operation.is_public:
        yield from _coded(_WITH_TOKEN)
    if operation.method.access == ACCESS_USER:
        yield from _coded((kernel.ScopeMissing,))
    if operation.method.needs_recent_authentication:
        yield from _coded((kernel.ReauthenticationRequired,))
    if accepts_idempotency_key(operation):
        yield from _coded(_WITH_KEY)
    elif not operation.method.is_read and operation.method.has_secret_reply:
        yield from _coded((kernel.IdempotencyNotSupported,))
    yield from edge_refusals(has_token=not operation.is_public, has_body=bool(binding.body))


def edge_refusals(*, has_token: bool, has_body: bool) -> Iterator[Failure]:
    """What Envoy may answer in a service's place, by envoy/errors.yaml."""
    for row in _edge_rows():
        is_of_token = str(row.get("detail", "")).startswith("jwt_authn")
        is_of_body = row.get("status") == 413
        is_left_out = "path" in row or "from" in row
        if is_left_out or (is_of_token and not has_token) or (is_of_body and not has_body):
            continue
        status: int = row["as"] if "as" in row else row["status"]
        yield Failure(status, code_pb2.Code.Name(row["code"]), _PREFIX + row["reason"])


class Reasons:
    """What each `ErrorReason` means, with the JSON that a client sees."""

    def __init__(self, comments: Comments) -> None:
        enum: EnumDescriptor = ErrorReason.DESCRIPTOR
        scope = enum.full_name.rpartition(".")[0]
        self._raw = {value.name: comments.raw(f"{scope}.{value.name}") for value in enum.values}

    def meaning(self, reason: str) -> str:
        """The reason in words."""
        return " ".join(_EXAMPLE.sub("", self._raw[reason]).split())

    def example(self, failure: Failure) -> Json:
        """The answer to a call that fails so, a `google.rpc.Status`.

        Raises ValueError for a reason whose comment shows no JSON.
        """
        shown = _EXAMPLE.search(self._raw[failure.reason])
        if shown is None:
            raise ValueError(f"{failure.reason} shows no example")
        info: dict[str, Any] = json.loads(shown[1])
        code = code_pb2.Code.Value(failure.code)
        message = _messages().get((failure.code, failure.reason))
        return {
            "code": code,
            "message": message or first_sentence(self.meaning(failure.reason)) + ".",
            "details": [{"@type": ERROR_INFO} | info],
        }


@lru_cache(maxsize=1)
def _edge_rows() -> list[Json]:
    rows: list[Json] = yaml.safe_load(_EDGE_ERRORS.read_text(encoding="utf-8"))
    return rows


def _coded(errors: Iterable[type[DomainError]]) -> Iterator[Failure]:
    for error in errors:
        reason = ErrorReason.Name(error.reason)
        yield Failure(HTTP_STATUS[error.code], error.code.name, reason)


def _messages() -> dict[tuple[str, str], str]:
    """What the kernel's own errors say, by status and reason."""
    return {
        (error.code.name, ErrorReason.Name(error.reason)): (error.__doc__ or "").splitlines()[0]
        for error in DomainError.__subclasses__()
        if error.__module__ == kernel.__name__
    }
