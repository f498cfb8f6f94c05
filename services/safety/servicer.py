"""Safety over gRPC, for users: proto in, domain call, proto out."""

from inergize.safety.v1 import safety_service_pb2 as pb
from inergize.safety.v1.safety_service_pb2_grpc import SafetyServiceServicer

from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context
from services.safety import convert
from services.safety.domain import Reservations


class SafetyServicer(SafetyServiceServicer):
    """What users may see."""

    def __init__(self, reservations: Reservations) -> None:
        self._reservations = reservations

    async def GetQuotaUsage(
        self, request: pb.GetQuotaUsageRequest, context: Context
    ) -> pb.GetQuotaUsageResponse:
        windows = await self._reservations.quota(current_caller().user_id)
        return pb.GetQuotaUsageResponse(windows=convert.windows_to_proto(windows))
