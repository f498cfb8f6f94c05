"""The audit log over gRPC: for users, administrators and the other services."""

from collections.abc import AsyncIterator
from uuid import UUID

from inergize.auth.v1 import auth_admin_service_pb2 as admin_pb
from inergize.auth.v1 import auth_audit_pb2
from inergize.auth.v1 import auth_internal_service_pb2 as internal

from services.auth.audit import convert
from services.auth.audit.changes import UserChanges
from services.auth.audit.checking import Checker
from services.auth.audit.listing import AuditEvents
from services.auth.audit.model import Place
from services.auth.audit.visits import Visits
from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context
from services.kernel.paging import page_size

USUAL_SEALS = 1_000


class AuditServicer:
    """What was recorded about the caller."""

    def __init__(self, events: AuditEvents) -> None:
        self._events = events

    async def ListAuditEvents(
        self, request: auth_audit_pb2.ListAuditEventsRequest, context: Context
    ) -> auth_audit_pb2.ListAuditEventsResponse:
        page, next_page_token = await self._events.own(
            current_caller(),
            convert.filter_from_proto(request),
            page_size(request.page_size),
            request.page_token,
        )
        return auth_audit_pb2.ListAuditEventsResponse(
            events=map(convert.entry_to_proto, page), next_page_token=next_page_token
        )


class AuditAdminServicer:
    """What was recorded about anybody, and whether it still stands."""

    def __init__(self, events: AuditEvents, checker: Checker, visits: Visits) -> None:
        self._events = events
        self._checker = checker
        self._visits = visits

    async def ListAuditEvents(
        self, request: admin_pb.AuthAdminServiceListAuditEventsRequest, context: Context
    ) -> admin_pb.AuthAdminServiceListAuditEventsResponse:
        user_id = UUID(request.user_id) if request.user_id else None
        page, next_page_token = await self._events.about(
            current_caller(),
            user_id,
            convert.filter_from_proto(request),
            page_size(request.page_size),
            request.page_token,
        )
        await self._visits.note("audit_read", user_id)
        return admin_pb.AuthAdminServiceListAuditEventsResponse(
            events=map(convert.entry_to_proto, page), next_page_token=next_page_token
        )

    async def VerifyAuditChain(
        self, request: admin_pb.VerifyAuditChainRequest, context: Context
    ) -> admin_pb.VerifyAuditChainResponse:
        limit = request.limit or USUAL_SEALS
        report = await self._checker.check(request.from_seal_id, limit)
        unsealed = await self._checker.count_unsealed()
        await self._visits.note("audit_checked")
        return convert.report_to_proto(report, unsealed)


class UserChangesServicer:
    """What changes in accounts, as it happens."""

    def __init__(self, changes: UserChanges) -> None:
        self._changes = changes

    async def StreamUserChanges(
        self, request: internal.StreamUserChangesRequest, context: Context
    ) -> AsyncIterator[internal.StreamUserChangesResponse]:
        place = await self._changes.begin(request.cursor)
        yield convert.place_to_proto(place, is_last=False)
        async for step in self._changes.follow(place):
            if isinstance(step, Place):
                place = step
                continue
            place = step.place
            yield convert.change_to_proto(step)
        yield convert.place_to_proto(place, is_last=True)
