"""How administration refuses."""

from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.errors import DomainError


class OwnAccount(DomainError):
    """Administrators cannot do this to their own account."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_OWN_ACCOUNT
