"""What can go wrong in Profile, as clients are told; each has one ErrorReason."""

from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.errors import DomainError


class NotConnected(DomainError):
    """LinkedIn is not connected, or wants the member to connect again."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_LINKEDIN_NOT_CONNECTED


class ConnectionResting(DomainError):
    """LinkedIn did not answer when access was renewed; it is connected, and asked again soon."""

    code = StatusCode.UNAVAILABLE
    reason = reasons.ERROR_REASON_LINKEDIN_UNAVAILABLE


class StateInvalid(DomainError):
    """This connection attempt is unknown, used, expired, or was begun elsewhere; start again."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_LINKEDIN_STATE_INVALID


class ConnectCancelled(DomainError):
    """You did not allow the connection on LinkedIn's page; nothing was connected."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_LINKEDIN_CANCELLED


class SignInCancelled(ConnectCancelled):
    """You did not sign in on LinkedIn's page; nothing was connected."""


class ScopeRefused(DomainError):
    """LinkedIn has not opened a permission to this deployment that it asks for."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_LINKEDIN_SCOPE_REFUSED


class ApplicationRefused(DomainError):
    """LinkedIn does not accept this deployment as it is set up; its operator has to look at it."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_LINKEDIN_APPLICATION_REFUSED


class ConnectRefused(DomainError):
    """LinkedIn refused the connection; start again."""

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


class ConnectThrottled(ConnectUnavailable):
    """LinkedIn takes no more calls of this kind for now; start connecting again later."""


class UserNotFound(DomainError):
    """There is no such user."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_USER_NOT_FOUND
