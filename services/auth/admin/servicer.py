"""AuthAdminService: accounts, for administrators. The audit log has its own servicer."""

from uuid import UUID

from inergize.auth.v1 import auth_admin_service_pb2 as pb

from services.auth.admin import convert
from services.auth.admin.domain import Administration
from services.auth.audit.visits import Visits
from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context
from services.kernel.paging import page_size


class AdminServicer:
    """Proto in, domain call, proto out; and what is only read is noted too."""

    def __init__(self, administration: Administration, visits: Visits) -> None:
        self._administration = administration
        self._visits = visits

    async def ListUsers(
        self, request: pb.ListUsersRequest, context: Context
    ) -> pb.ListUsersResponse:
        page, next_page_token = await self._administration.page(
            current_caller().user_id,
            convert.filter_from_proto(request),
            page_size(request.page_size),
            request.page_token,
        )
        await self._visits.note("users_listed", details={"users": len(page)})
        return pb.ListUsersResponse(
            users=map(convert.managed_to_proto, page), next_page_token=next_page_token
        )

    async def GetUser(self, request: pb.GetUserRequest, context: Context) -> pb.GetUserResponse:
        user_id = UUID(request.user_id)
        managed = await self._administration.get(user_id)
        await self._visits.note("user_read", user_id)
        return pb.GetUserResponse(user=convert.managed_to_proto(managed))

    async def SetSubscription(
        self, request: pb.SetSubscriptionRequest, context: Context
    ) -> pb.SetSubscriptionResponse:
        managed = await self._administration.set_subscription(
            UUID(request.user_id), convert.subscription_from_proto(request)
        )
        return pb.SetSubscriptionResponse(user=convert.managed_to_proto(managed))

    async def SuspendUser(
        self, request: pb.SuspendUserRequest, context: Context
    ) -> pb.SuspendUserResponse:
        managed = await self._administration.suspend(
            current_caller().user_id, UUID(request.user_id), request.reason
        )
        return pb.SuspendUserResponse(user=convert.managed_to_proto(managed))

    async def ReinstateUser(
        self, request: pb.ReinstateUserRequest, context: Context
    ) -> pb.ReinstateUserResponse:
        managed = await self._administration.reinstate(UUID(request.user_id), request.reason)
        return pb.ReinstateUserResponse(user=convert.managed_to_proto(managed))
