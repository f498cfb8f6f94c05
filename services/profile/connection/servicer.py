"""The end of connections and the upkeep of tokens over gRPC."""

from uuid import UUID

from inergize.profile.v1 import linkedin_connection_pb2 as pb

from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context
from services.profile.connection.disconnecting import Disconnecting
from services.profile.connection.refreshing import Refreshing


class ConnectionServicer:
    """What users may do with their connection."""

    def __init__(self, disconnecting: Disconnecting) -> None:
        self._disconnecting = disconnecting

    async def DisconnectLinkedIn(
        self, request: pb.DisconnectLinkedInRequest, context: Context
    ) -> pb.DisconnectLinkedInResponse:
        await self._disconnecting.disconnect(current_caller().user_id)
        return pb.DisconnectLinkedInResponse()


class ConnectionInternalServicer:
    """What workers may ask."""

    def __init__(self, refreshing: Refreshing, disconnecting: Disconnecting) -> None:
        self._refreshing = refreshing
        self._disconnecting = disconnecting

    async def RefreshExpiringTokens(
        self, request: pb.RefreshExpiringTokensRequest, context: Context
    ) -> pb.RefreshExpiringTokensResponse:
        done = await self._refreshing.refresh_due()
        return pb.RefreshExpiringTokensResponse(
            refreshed=done.refreshed,
            put_off=done.put_off,
            ended=done.ended,
            is_more=done.is_more,
        )

    async def RevokeLinkedInTokens(
        self, request: pb.RevokeLinkedInTokensRequest, context: Context
    ) -> pb.RevokeLinkedInTokensResponse:
        await self._disconnecting.revoke(UUID(request.revocation_id))
        return pb.RevokeLinkedInTokensResponse()
