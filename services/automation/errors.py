"""What can go wrong in the ledger; each docstring is the client's message."""

from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.errors import DomainError


class ActionNotFound(DomainError):
    """There is no such action."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_ACTION_NOT_FOUND


class ActionHeld(DomainError):
    """The action is in another's hands, or may have reached LinkedIn already."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_ACTION_HELD


class UserGone(DomainError):
    """There is no such user."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_USER_NOT_FOUND


class AutomationOff(DomainError):
    """Automation is switched off; switch it on in your preferences."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_AUTOMATION_OFF
