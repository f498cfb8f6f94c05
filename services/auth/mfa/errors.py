"""How second factors are refused."""

from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.errors import DomainError


class MfaCodeInvalid(DomainError):
    """The code is wrong, was used before or is too old."""

    code = StatusCode.UNAUTHENTICATED
    reason = reasons.ERROR_REASON_MFA_CODE_INVALID


class MfaChallengeEnded(DomainError):
    """The challenge is unknown, used, spent or expired; begin again."""

    code = StatusCode.UNAUTHENTICATED
    reason = reasons.ERROR_REASON_MFA_CHALLENGE_ENDED


class MfaLocked(DomainError):
    """Too many wrong codes; wait before the next one."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = reasons.ERROR_REASON_LOGIN_LOCKED


class MfaMethodEnabled(DomainError):
    """This second factor is switched on already; switch it off first."""

    code = StatusCode.ALREADY_EXISTS
    reason = reasons.ERROR_REASON_MFA_METHOD


class MfaMethodUnfit(DomainError):
    """The second factor does not fit what was asked."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_MFA_METHOD


class MfaMethodNotFound(DomainError):
    """You have no such second factor."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_NOT_FOUND


class CodesTooOften(DomainError):
    """Codes were asked for too often; wait before the next one."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = reasons.ERROR_REASON_TOO_MANY_REQUESTS
