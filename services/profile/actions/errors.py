"""What can go wrong with actions, as callers are told."""

from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.errors import DomainError


class AttemptMismatch(DomainError):
    """The attempt id was used for another action."""

    code = StatusCode.INVALID_ARGUMENT
    reason = reasons.ERROR_REASON_ATTEMPT_MISMATCH


class AttemptNotFound(DomainError):
    """The user never made this attempt."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_ATTEMPT_NOT_FOUND


class ProductMissing(DomainError):
    """LinkedIn has not opened this kind of action for this deployment."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_LINKEDIN_PRODUCT_MISSING
