"""Calls and quotas over gRPC: proto in, domain call, proto out."""

from inergize.profile.v1 import linkedin_usage_pb2 as pb

from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context
from services.kernel.paging import page_size
from services.profile.usage import convert
from services.profile.usage.domain import Calls
from services.profile.usage.quotas import Quotas


class UsageServicer:
    """What users may ask about their calls to LinkedIn."""

    def __init__(self, calls: Calls, quotas: Quotas) -> None:
        self._calls = calls
        self._quotas = quotas

    async def ListLinkedInApiUsage(
        self, request: pb.ListLinkedInApiUsageRequest, context: Context
    ) -> pb.ListLinkedInApiUsageResponse:
        page, next_page_token = await self._calls.page(
            current_caller().user_id,
            convert.filter_from_proto(request),
            page_size(request.page_size),
            request.page_token,
        )
        return pb.ListLinkedInApiUsageResponse(
            calls=map(convert.call_to_proto, page), next_page_token=next_page_token
        )

    async def GetLinkedInQuota(
        self, request: pb.GetLinkedInQuotaRequest, context: Context
    ) -> pb.GetLinkedInQuotaResponse:
        quotas = await self._quotas.of(current_caller().user_id)
        return pb.GetLinkedInQuotaResponse(quotas=map(convert.quota_to_proto, quotas))
