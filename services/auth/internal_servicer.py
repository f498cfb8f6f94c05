"""AuthInternalService: what other services ask about callers."""

from uuid import UUID

from inergize.auth.v1 import auth_internal_service_pb2 as pb

from services.auth import convert
from services.auth.domain import Accounts
from services.auth.sessions import Sessions
from services.kernel.interceptors.call import Context


class AuthInternalServicer:
    """Auth for the other services: proto in, domain call, proto out."""

    def __init__(self, sessions: Sessions, accounts: Accounts) -> None:
        self._sessions = sessions
        self._accounts = accounts

    async def CheckCaller(
        self, request: pb.CheckCallerRequest, context: Context
    ) -> pb.CheckCallerResponse:
        facts = await self._sessions.check(UUID(request.session_id), UUID(request.user_id))
        return convert.facts_to_proto(facts)

    async def SetLinkedInConnected(
        self, request: pb.SetLinkedInConnectedRequest, context: Context
    ) -> pb.SetLinkedInConnectedResponse:
        await self._accounts.set_linkedin_connected(
            UUID(request.user_id),
            is_connected=request.is_connected,
            announcement=request.announcement,
        )
        return pb.SetLinkedInConnectedResponse()
