"""Actions over gRPC, for workers: proto in, domain call, proto out."""

from uuid import UUID

from inergize.profile.v1 import profile_actions_pb2 as pb

from services.kernel.interceptors.call import Context
from services.profile.actions import convert
from services.profile.actions.domain import Actions
from services.profile.actions.reconciling import Reconciling


class ActionsServicer:
    """What workers have done on LinkedIn."""

    def __init__(self, actions: Actions, reconciling: Reconciling) -> None:
        self._actions = actions
        self._reconciling = reconciling

    async def ExecuteAction(
        self, request: pb.ExecuteActionRequest, context: Context
    ) -> pb.ExecuteActionResponse:
        known = await self._actions.execute(convert.attempt_from_proto(request))
        return convert.known_to_proto(known)

    async def ReconcileAction(
        self, request: pb.ReconcileActionRequest, context: Context
    ) -> pb.ReconcileActionResponse:
        reconciled = await self._reconciling.reconcile(
            UUID(request.attempt_id), UUID(request.user_id)
        )
        return convert.reconciled_to_proto(reconciled)
