"""How requests about webhooks are refused."""

from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.errors import DomainError


class WebhookNotFound(DomainError):
    """There is no such webhook."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_WEBHOOK_NOT_FOUND


class DeliveryNotFound(DomainError):
    """There is no such delivery; they are kept for seven days after their end."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_WEBHOOK_DELIVERY_NOT_FOUND


class WebhookDisabled(DomainError):
    """The webhook is switched off; switch it on first."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_WEBHOOK_DISABLED


class EventTypeUnknown(DomainError):
    """There is no such event type; `known` lists them."""

    code = StatusCode.INVALID_ARGUMENT
    reason = reasons.ERROR_REASON_WEBHOOK_EVENT_TYPE


class TooManyTests(DomainError):
    """The webhook was tested as often as it may be within a minute."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = reasons.ERROR_REASON_WEBHOOK_TESTS
