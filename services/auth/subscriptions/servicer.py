"""GetEntitlements, for users, and GetUserEntitlements, for the other services."""

from uuid import UUID

from inergize.auth.v1 import auth_account_pb2, auth_pb2
from inergize.auth.v1 import auth_internal_service_pb2 as internal

from services.auth.convert import tier_to_proto
from services.auth.subscriptions.domain import Entitlements
from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context


class EntitlementsServicer:
    """What the caller's subscription allows."""

    def __init__(self, entitlements: Entitlements) -> None:
        self._entitlements = entitlements

    async def GetEntitlements(
        self, request: auth_account_pb2.GetEntitlementsRequest, context: Context
    ) -> auth_account_pb2.GetEntitlementsResponse:
        tier, limits = await self._entitlements.of(current_caller().user_id)
        return auth_account_pb2.GetEntitlementsResponse(entitlements=_to_proto(tier, limits))


class InternalEntitlementsServicer:
    """What any user's subscription allows."""

    def __init__(self, entitlements: Entitlements) -> None:
        self._entitlements = entitlements

    async def GetUserEntitlements(
        self, request: internal.GetUserEntitlementsRequest, context: Context
    ) -> internal.GetUserEntitlementsResponse:
        tier, limits = await self._entitlements.of(UUID(request.user_id))
        return internal.GetUserEntitlementsResponse(entitlements=_to_proto(tier, limits))


def _to_proto(tier: str, limits: dict[str, int]) -> auth_pb2.Entitlements:
    return auth_pb2.Entitlements(tier=tier_to_proto(tier), limits=limits)
