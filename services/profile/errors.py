"""What can go wrong in Profile, as clients are told; each has one ErrorReason."""

from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.errors import DomainError


class NotConnected(DomainError):
    """LinkedIn is not connected, or wants the member to connect again."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_LINKEDIN_NOT_CONNECTED


class StateInvalid(DomainError):
    """This connection attempt is unknown, used, expired, or was begun elsewhere; start again."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_LINKEDIN_STATE_INVALID


class ConnectRefused(DomainError):
    """LinkedIn or the member refused the connection."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_LINKEDIN_REFUSED


class AccountTaken(DomainError):
    """This LinkedIn account is connected to another user."""

    code = StatusCode.ALREADY_EXISTS
    reason = reasons.ERROR_REASON_LINKEDIN_ACCOUNT_TAKEN


class ConnectUnavailable(DomainError):
    """LinkedIn did not answer as it should; start connecting again."""

    code = StatusCode.UNAVAILABLE
    reason = reasons.ERROR_REASON_LINKEDIN_UNAVAILABLE


class AttemptMismatch(DomainError):
    """The attempt id was used for another action."""

    code = StatusCode.INVALID_ARGUMENT
    reason = reasons.ERROR_REASON_ATTEMPT_MISMATCH


class UserNotFound(DomainError):
    """There is no such user."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_USER_NOT_FOUND
