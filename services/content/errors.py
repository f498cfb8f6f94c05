"""What can go wrong with content; each docstring is the client's message."""

from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.errors import DomainError


class ContentNotFound(DomainError):
    """There is no such content."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_CONTENT_NOT_FOUND


class WrongContentState(DomainError):
    """The content is in a state that does not allow this."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_CONTENT_STATE


class NothingToPublish(DomainError):
    """The content has no text to publish."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_CONTENT_STATE


class NotPublishable(DomainError):
    """LinkedIn's API publishes posts only; other kinds are handed off to the member."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_CONTENT_NOT_PUBLISHABLE


class ScheduleTimeRefused(DomainError):
    """The time must not be past, nor more than a year ahead."""

    code = StatusCode.INVALID_ARGUMENT
    reason = reasons.ERROR_REASON_SCHEDULE_TIME
