"""How requests about notifications are refused."""

from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.errors import DomainError


class KindUnknown(DomainError):
    """There is no such kind of notification; `known` lists them."""

    code = StatusCode.INVALID_ARGUMENT
    reason = reasons.ERROR_REASON_NOTIFICATION_KIND


class UnsubscribeTokenInvalid(DomainError):
    """This link is not valid; open it again from the mail."""

    code = StatusCode.INVALID_ARGUMENT
    reason = reasons.ERROR_REASON_TOKEN_INVALID


class NotificationNotFound(DomainError):
    """There is no such notification."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_NOT_FOUND
