"""How the life of an account refuses."""

from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.errors import DomainError


class DeletionNotPending(DomainError):
    """No deletion of the account is pending."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_DELETION_NOT_PENDING


class EmailChangeTooSoon(DomainError):
    """The address was to be changed a moment ago; wait before you begin again."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = reasons.ERROR_REASON_TOO_MANY_REQUESTS


class ExportTooSoon(DomainError):
    """An archive was made within the last day; fetch that one, or wait."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = reasons.ERROR_REASON_TOO_MANY_REQUESTS


class ExportNotFound(DomainError):
    """There is no such archive."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_NOT_FOUND


class ArchiveMissing(DomainError):
    """No such file was put where the archive belongs."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_NOT_FOUND
