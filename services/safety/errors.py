"""What can go wrong in Safety."""

from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.errors import DomainError


class ReservationNotFound(DomainError):
    """Safety has no reservation under this attempt id."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_RESERVATION_NOT_FOUND


class AttemptMismatch(DomainError):
    """The attempt id was used for another action."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_ATTEMPT_MISMATCH


class UserNotFound(DomainError):
    """No such user."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_USER_NOT_FOUND
