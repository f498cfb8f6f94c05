"""How requests about targets are refused; each docstring is the client's message."""

from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.errors import DomainError


class TargetNotFound(DomainError):
    """There is no such target."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_TARGET_NOT_FOUND


class TableUnreadable(DomainError):
    """The table needs a heading with a column that says who is meant, such as `URL`."""

    code = StatusCode.INVALID_ARGUMENT
    reason = reasons.ERROR_REASON_TARGETS_UNREADABLE


class ListFull(DomainError):
    """The list would become longer than it may be; remove targets that are done."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = reasons.ERROR_REASON_TARGETS_FULL
