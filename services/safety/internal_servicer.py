"""Safety over gRPC, for workers: proto in, domain call, proto out."""

from uuid import UUID

from inergize.safety.v1 import safety_internal_service_pb2 as pb
from inergize.safety.v1.safety_internal_service_pb2_grpc import SafetyInternalServiceServicer

from services.kernel.interceptors.call import Context
from services.safety import convert
from services.safety.domain import Reservations


class SafetyInternalServicer(SafetyInternalServiceServicer):
    """What must be asked before an action, and told after it."""

    def __init__(self, reservations: Reservations) -> None:
        self._reservations = reservations

    async def ReserveAction(
        self, request: pb.ReserveActionRequest, context: Context
    ) -> pb.ReserveActionResponse:
        decision = await self._reservations.reserve(convert.attempt_from_proto(request))
        return convert.decision_to_proto(decision)

    async def ReportExecution(
        self, request: pb.ReportExecutionRequest, context: Context
    ) -> pb.ReportExecutionResponse:
        outcome = convert.outcome_from_proto(request.outcome)
        await self._reservations.report(UUID(request.attempt_id), UUID(request.user_id), outcome)
        return pb.ReportExecutionResponse()
