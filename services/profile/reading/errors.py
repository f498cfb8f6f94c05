"""What can go wrong when LinkedIn is read, as clients are told."""

from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.errors import DomainError


class SyncTooSoon(DomainError):
    """The profile was read, or tried, a moment ago; ask again later."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = reasons.ERROR_REASON_LINKEDIN_SYNC_TOO_SOON


class SearchTooOften(DomainError):
    """You have searched for mentions too often; wait and search again."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = reasons.ERROR_REASON_LINKEDIN_SEARCH_TOO_OFTEN


class ReadingUnavailable(DomainError):
    """LinkedIn did not answer as it should; try again."""

    code = StatusCode.UNAVAILABLE
    reason = reasons.ERROR_REASON_LINKEDIN_UNAVAILABLE
