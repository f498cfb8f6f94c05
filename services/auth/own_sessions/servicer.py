"""A user's own sessions over gRPC."""

from uuid import UUID

from inergize.auth.v1 import auth_pb2
from inergize.auth.v1 import auth_sessions_pb2 as pb

from services.auth.own_sessions.domain import OwnSessions
from services.auth.own_sessions.model import OpenSession
from services.kernel.caller import Caller, current_caller
from services.kernel.interceptors.call import Context
from services.kernel.messages import to_timestamp
from services.kernel.paging import page_size


class OwnSessionsServicer:
    """Proto in, domain call, proto out."""

    def __init__(self, own_sessions: OwnSessions) -> None:
        self._own_sessions = own_sessions

    async def ListSessions(
        self, request: pb.ListSessionsRequest, context: Context
    ) -> pb.ListSessionsResponse:
        caller = current_caller()
        page, next_page_token = await self._own_sessions.page(
            caller, page_size(request.page_size), request.page_token
        )
        return pb.ListSessionsResponse(
            sessions=[_to_proto(session, caller) for session in page],
            next_page_token=next_page_token,
        )

    async def RevokeSession(
        self, request: pb.RevokeSessionRequest, context: Context
    ) -> pb.RevokeSessionResponse:
        await self._own_sessions.revoke(current_caller(), UUID(request.session_id))
        return pb.RevokeSessionResponse()

    async def RevokeOtherSessions(
        self, request: pb.RevokeOtherSessionsRequest, context: Context
    ) -> pb.RevokeOtherSessionsResponse:
        revoked_count = await self._own_sessions.revoke_others(current_caller())
        return pb.RevokeOtherSessionsResponse(revoked_count=revoked_count)


def _to_proto(session: OpenSession, caller: Caller) -> auth_pb2.Session:
    return auth_pb2.Session(
        session_id=str(session.session_id),
        is_current=session.session_id == caller.session_id,
        device=session.device,
        ip_address=str(session.address or ""),
        user_agent=session.user_agent,
        auth_level=session.auth_level,
        created_time=to_timestamp(session.created_at),
        last_used_time=to_timestamp(session.last_used_at),
        expires_time=to_timestamp(session.ends_at),
    )
