"""Analytics over gRPC, for users: proto in, domain call, proto out."""

from inergize.analytics.v1 import analytics_service_pb2 as pb
from inergize.analytics.v1.analytics_service_pb2_grpc import AnalyticsServiceServicer

from services.analytics import convert
from services.analytics.domain import Figures
from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context


class AnalyticsServicer(AnalyticsServiceServicer):
    """What users see."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    async def GetDashboard(
        self, request: pb.GetDashboardRequest, context: Context
    ) -> pb.GetDashboardResponse:
        dashboard = await self._figures.dashboard(current_caller().user_id, request.days)
        return convert.dashboard_to_proto(dashboard)
