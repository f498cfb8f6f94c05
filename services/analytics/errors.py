"""What can go wrong in Analytics."""

from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.errors import DomainError


class UserNotFound(DomainError):
    """No such user."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_USER_NOT_FOUND
