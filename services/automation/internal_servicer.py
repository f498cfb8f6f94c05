"""The ledger over gRPC, for workers."""

from uuid import UUID

from inergize.automation.v1 import automation_internal_service_pb2 as pb
from inergize.automation.v1.automation_internal_service_pb2_grpc import (
    AutomationInternalServiceServicer,
)

from services.automation import convert
from services.automation.attempts import Attempts
from services.automation.reconciling import Reconciling
from services.automation.targets.convert import outcome_from_proto
from services.automation.targets.domain import Targets
from services.kernel.interceptors.call import Context

SERVICE = "inergize.automation.v1.AutomationInternalService"


class AutomationInternalServicer(AutomationInternalServiceServicer):
    """Proto in, domain call, proto out."""

    def __init__(self, attempts: Attempts, reconciling: Reconciling, targets: Targets) -> None:
        self._attempts = attempts
        self._reconciling = reconciling
        self._targets = targets

    async def BeginAttempt(
        self, request: pb.BeginAttemptRequest, context: Context
    ) -> pb.BeginAttemptResponse:
        wanted = convert.wanted_from_proto(request)
        attempt = await self._attempts.begin(wanted, request.claimed_by)
        return convert.attempt_to_proto(attempt)

    async def RecordAttempt(
        self, request: pb.RecordAttemptRequest, context: Context
    ) -> pb.RecordAttemptResponse:
        result = convert.result_from_proto(request)
        await self._attempts.record(UUID(request.attempt_id), request.fence, result)
        return pb.RecordAttemptResponse()

    async def RecordReconciliation(
        self, request: pb.RecordReconciliationRequest, context: Context
    ) -> pb.RecordReconciliationResponse:
        result = convert.reading_from_proto(request)
        await self._reconciling.record(UUID(request.attempt_id), request.fence, result)
        return pb.RecordReconciliationResponse()

    async def RecordReply(
        self, request: pb.RecordReplyRequest, context: Context
    ) -> pb.RecordReplyResponse:
        changed, skipped = await self._targets.record_reply(
            UUID(request.user_id), request.linkedin_id, outcome_from_proto(request.outcome)
        )
        return pb.RecordReplyResponse(changed_count=changed, skipped_count=skipped)
