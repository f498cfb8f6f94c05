"""The ledger over gRPC, for users and their programs."""

from uuid import UUID

from inergize.automation.v1 import automation_service_pb2 as pb
from inergize.automation.v1.automation_service_pb2_grpc import AutomationServiceServicer

from services.automation import convert
from services.automation.domain import Actions
from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context
from services.kernel.paging import page_size

SERVICE = "inergize.automation.v1.AutomationService"


class AutomationServicer(AutomationServiceServicer):
    """Proto in, domain call, proto out."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

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
