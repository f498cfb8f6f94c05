"""How API keys are refused."""

from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.errors import DomainError


class ScopeUnknown(DomainError):
    """There is no such scope; `known` lists them, and each method names the one it needs."""

    code = StatusCode.INVALID_ARGUMENT
    reason = reasons.ERROR_REASON_SCOPE


class TooManyApiKeys(DomainError):
    """The subscription allows no more API keys; revoke one first."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = reasons.ERROR_REASON_ENTITLEMENT


class AccountEnding(DomainError):
    """The account is about to be deleted; take that back before you make a key."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_DELETION_PENDING


class ApiKeyNotFound(DomainError):
    """There is no such API key."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_NOT_FOUND


class ApiKeyUnknown(DomainError):
    """The API key is unknown, revoked or expired, or its account is closed."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_SESSION_ENDED
