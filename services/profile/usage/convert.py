"""Between calls, quotas and their messages."""

from inergize.profile.v1 import linkedin_usage_pb2 as pb

from services.kernel.messages import to_datetime, to_timestamp
from services.profile.usage.families import Family
from services.profile.usage.model import ApiCall, CallFilter, LimitSource, Quota

_FAMILIES = {
    Family.PROFILE: pb.LINKED_IN_API_FAMILY_PROFILE,
    Family.SHARE: pb.LINKED_IN_API_FAMILY_SHARE,
    Family.NETWORK: pb.LINKED_IN_API_FAMILY_NETWORK,
}


def filter_from_proto(request: pb.ListLinkedInApiUsageRequest) -> CallFilter:
    """Which calls are asked for. Raises InvalidRequest for a time that does not exist."""
    return CallFilter(
        endpoint_prefix=request.endpoint_prefix,
        status_code=request.http_status if request.HasField("http_status") else None,
        only_failed=request.only_failed,
        from_time=(
            to_datetime("from_time", request.from_time) if request.HasField("from_time") else None
        ),
        to_time=to_datetime("to_time", request.to_time) if request.HasField("to_time") else None,
    )


def call_to_proto(call: ApiCall) -> pb.LinkedInApiCall:
    """A call as its user sees it."""
    return pb.LinkedInApiCall(
        call_id=str(call.call_id),
        endpoint=call.endpoint,
        method=call.method,
        status_code=call.status_code,
        response_time_ms=call.response_time_ms,
        remaining=call.rate_limit_remaining,
        error_message=call.error_message,
        attempt_id=str(call.attempt_id) if call.attempt_id else "",
        reset_time=to_timestamp(call.rate_limit_reset),
        created_time=to_timestamp(call.created_at),
    )


def quota_to_proto(quota: Quota) -> pb.LinkedInQuota:
    """A quota as its user sees it."""
    return pb.LinkedInQuota(
        family=_FAMILIES[quota.family],
        used=quota.used,
        limit=quota.limit,
        remaining=quota.remaining,
        reset_time=to_timestamp(quota.resets_at),
        is_limit_known=quota.source is LimitSource.LEARNED,
        is_application_spent=quota.is_application_spent,
    )
