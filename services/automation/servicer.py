"""The ledger and its targets over gRPC, for users and their programs."""

from uuid import UUID

from inergize.automation.v1 import automation_service_pb2 as pb
from inergize.automation.v1 import automation_targets_pb2 as targets_pb
from inergize.automation.v1.automation_service_pb2_grpc import AutomationServiceServicer

from services.automation import convert
from services.automation.domain import Actions
from services.automation.targets import convert as convert_target
from services.automation.targets.domain import Targets
from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context
from services.kernel.paging import page_size

SERVICE = "inergize.automation.v1.AutomationService"


class AutomationServicer(AutomationServiceServicer):
    """Proto in, domain call, proto out."""

    def __init__(self, actions: Actions, targets: Targets) -> None:
        self._actions = actions
        self._targets = targets

    async def ListActions(
        self, request: pb.ListActionsRequest, context: Context
    ) -> pb.ListActionsResponse:
        page, next_page_token = await self._actions.page(
            current_caller(),
            convert.uuid_or_none(request.content_id),
            page_size(request.page_size),
            request.page_token,
        )
        return pb.ListActionsResponse(
            actions=map(convert.action_to_proto, page), next_page_token=next_page_token
        )

    async def GetAction(
        self, request: pb.GetActionRequest, context: Context
    ) -> pb.GetActionResponse:
        action, events = await self._actions.get(current_caller(), UUID(request.attempt_id))
        return pb.GetActionResponse(
            action=convert.action_to_proto(action), events=map(convert.event_to_proto, events)
        )

    async def ImportTargets(
        self, request: targets_pb.ImportTargetsRequest, context: Context
    ) -> targets_pb.ImportTargetsResponse:
        imported = await self._targets.import_table(current_caller(), request.csv)
        return convert_target.imported_to_proto(imported)

    async def ListTargets(
        self, request: targets_pb.ListTargetsRequest, context: Context
    ) -> targets_pb.ListTargetsResponse:
        page, next_page_token = await self._targets.page(
            current_caller(),
            convert_target.state_from_proto(request.state),
            page_size(request.page_size),
            request.page_token,
        )
        return targets_pb.ListTargetsResponse(
            targets=map(convert_target.target_to_proto, page), next_page_token=next_page_token
        )

    async def RemoveTarget(
        self, request: targets_pb.RemoveTargetRequest, context: Context
    ) -> targets_pb.RemoveTargetResponse:
        await self._targets.remove(current_caller(), UUID(request.target_id))
        return targets_pb.RemoveTargetResponse()

    async def RecordTargetOutcome(
        self, request: targets_pb.RecordTargetOutcomeRequest, context: Context
    ) -> targets_pb.RecordTargetOutcomeResponse:
        target, skipped = await self._targets.record_outcome(
            current_caller(),
            UUID(request.target_id),
            convert_target.outcome_from_proto(request.outcome),
        )
        return targets_pb.RecordTargetOutcomeResponse(
            target=convert_target.target_to_proto(target), skipped_count=skipped
        )
