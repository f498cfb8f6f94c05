"""How throttling refuses."""

from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.errors import DomainError


class LoginLocked(DomainError):
    """Too many failures; wait as long as the answer says, then try again."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = reasons.ERROR_REASON_LOGIN_LOCKED


class AskedTooOften(DomainError):
    """Too many requests of this kind from your network; try again later."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = reasons.ERROR_REASON_TOO_MANY_REQUESTS
