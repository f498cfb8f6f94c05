"""How the list of sessions refuses."""

from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.errors import DomainError


class SessionNotFound(DomainError):
    """There is no such session."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_NOT_FOUND
