"""Failures that clients may see: each has a status and one ErrorReason."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

DOMAIN = "inergize"


class DomainError(Exception):
    """A failure that the caller is told about; the class docstring is the message."""

    code: ClassVar[StatusCode] = StatusCode.INTERNAL
    reason: ClassVar[reasons.ErrorReason.ValueType] = reasons.ERROR_REASON_INTERNAL

    def __init__(self, *, retry_after: timedelta | None = None, **metadata: str) -> None:
        super().__init__(self.message)
        self.metadata = metadata
        self.retry_after = retry_after

    @property
    def message(self) -> str:
        """What clients read: the first line of the class docstring."""
        return (self.__doc__ or "").strip().splitlines()[0]

    def details(self) -> list[any_pb2.Any]:
        """The error details: always ErrorInfo, RetryInfo where a retry helps."""
        info = error_details_pb2.ErrorInfo(
            reason=reasons.ErrorReason.Name(self.reason), domain=DOMAIN, metadata=self.metadata
        )
        packed = [pack(info)]
        if self.retry_after is not None:
            delay = duration_pb2.Duration()
            delay.FromTimedelta(self.retry_after)
            packed.append(pack(error_details_pb2.RetryInfo(retry_delay=delay)))
        return packed

    def status(self) -> status_pb2.Status:
        """The failure as `google.rpc.Status`."""
        return status_pb2.Status(
            code=self.code.value[0], message=self.message, details=self.details()
        )


class InvalidRequest(DomainError):
    """The request is not valid."""

    code = StatusCode.INVALID_ARGUMENT
    reason = reasons.ERROR_REASON_INVALID_REQUEST

    def __init__(self, violations: Mapping[str, str]) -> None:
        """`violations` maps a field's path to the rule it breaks."""
        self.violations = violations
        super().__init__()

    @property
    def message(self) -> str:
        """Names every field and rule, for those who read only the message."""
        named = "; ".join(f"{field}: {rule}" for field, rule in self.violations.items())
        return f"The request is not valid: {named}" if named else "The request is not valid."

    def details(self) -> list[any_pb2.Any]:
        """ErrorInfo and BadRequest."""
        bad = error_details_pb2.BadRequest(
            field_violations=[
                error_details_pb2.BadRequest.FieldViolation(field=field, description=rule)
                for field, rule in self.violations.items()
            ]
        )
        return [*super().details(), pack(bad)]

    def __init_subclass__(cls) -> None:
        """Forbid subclasses: a business rule deserves a reason of its own."""
        raise TypeError("InvalidRequest is for shape rules only")


class Internal(DomainError):
    """Something went wrong on our side; quote the request id when you report it."""

    code = StatusCode.INTERNAL
    reason = reasons.ERROR_REASON_INTERNAL


class DeadlineExceeded(DomainError):
    """The call took longer than its deadline allows."""

    code = StatusCode.DEADLINE_EXCEEDED
    reason = reasons.ERROR_REASON_DEADLINE_EXCEEDED


class Unavailable(DomainError):
    """A part that is needed is not reachable right now; try again."""

    code = StatusCode.UNAVAILABLE
    reason = reasons.ERROR_REASON_UNAVAILABLE


class TooManyCalls(DomainError):
    """More calls are running here than can be served; try again."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = reasons.ERROR_REASON_TOO_MANY_REQUESTS


class TooManyStreams(DomainError):
    """You have too many streams open; close some."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = reasons.ERROR_REASON_TOO_MANY_REQUESTS


class Unauthenticated(DomainError):
    """A valid access token is required."""

    code = StatusCode.UNAUTHENTICATED
    reason = reasons.ERROR_REASON_UNAUTHENTICATED


class SessionEnded(DomainError):
    """The session has ended; sign in again."""

    code = StatusCode.UNAUTHENTICATED
    reason = reasons.ERROR_REASON_SESSION_ENDED


class ApiKeyEnded(SessionEnded):
    """The API key is unknown, revoked or expired."""


class PermissionDenied(DomainError):
    """You may not use this method."""

    code = StatusCode.PERMISSION_DENIED
    reason = reasons.ERROR_REASON_PERMISSION_DENIED


class ReauthenticationRequired(DomainError):
    """This needs a fresh proof of who you are: call Reauthenticate, then try again."""

    code = StatusCode.PERMISSION_DENIED
    reason = reasons.ERROR_REASON_REAUTHENTICATION_REQUIRED


class ScopeMissing(DomainError):
    """The API key may not use this method."""

    code = StatusCode.PERMISSION_DENIED
    reason = reasons.ERROR_REASON_SCOPE_MISSING


class PageTokenInvalid(DomainError):
    """The page token is not valid for this list."""

    code = StatusCode.INVALID_ARGUMENT
    reason = reasons.ERROR_REASON_PAGE_TOKEN_INVALID


class EtagMismatch(DomainError):
    """The resource has changed since you read it; read it again."""

    code = StatusCode.ABORTED
    reason = reasons.ERROR_REASON_ETAG_MISMATCH


class FenceLost(DomainError):
    """The work is held by someone else now."""

    code = StatusCode.ABORTED
    reason = reasons.ERROR_REASON_FENCE_LOST


class IdempotencyKeyInvalid(DomainError):
    """The idempotency key must be 1 to 255 printable ASCII characters."""

    code = StatusCode.INVALID_ARGUMENT
    reason = reasons.ERROR_REASON_IDEMPOTENCY_KEY_INVALID


class IdempotencyKeyReused(DomainError):
    """The idempotency key was used with another request."""

    code = StatusCode.INVALID_ARGUMENT
    reason = reasons.ERROR_REASON_IDEMPOTENCY_KEY_REUSED


class IdempotencyInFlight(DomainError):
    """The first call with this idempotency key is still running."""

    code = StatusCode.ABORTED
    reason = reasons.ERROR_REASON_IDEMPOTENCY_IN_FLIGHT


class IdempotencyResultLost(DomainError):
    """The first call took effect, but its answer was lost; read the resource instead."""

    code = StatusCode.ABORTED
    reason = reasons.ERROR_REASON_IDEMPOTENCY_RESULT_LOST


class IdempotencyNotSupported(DomainError):
    """This method's answer holds a secret and is never stored; call without an idempotency key."""

    code = StatusCode.INVALID_ARGUMENT
    reason = reasons.ERROR_REASON_IDEMPOTENCY_NOT_SUPPORTED


class TimeZoneUnknown(DomainError):
    """The time zone is not in the IANA database."""

    code = StatusCode.INVALID_ARGUMENT
    reason = reasons.ERROR_REASON_TIME_ZONE


class MessageGone(DomainError):
    """The message is finished, or held by another."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_OUTBOX_MESSAGE_GONE


def pack(message: error_details_pb2.ErrorInfo) -> any_pb2.Any:
    """Wrap a detail message into `Any`."""
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
