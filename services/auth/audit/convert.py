"""The audit log's messages to and from its model."""

from inergize.auth.v1 import auth_admin_service_pb2 as admin_pb
from inergize.auth.v1 import auth_audit_pb2, auth_pb2
from inergize.auth.v1 import auth_internal_service_pb2 as internal

from services.auth.audit.changes import cursor_of
from services.auth.audit.model import Entry, Filter, Place, Report, UserChange
from services.kernel.messages import to_datetime, to_json, to_timestamp


def filter_from_proto(
    request: auth_audit_pb2.ListAuditEventsRequest
    | admin_pb.AuthAdminServiceListAuditEventsRequest,
) -> Filter:
    """Which entries a request asks for. Raises InvalidRequest for a time outside the calendar."""
    return Filter(
        from_at=to_datetime("from_time", request.from_time)
        if request.HasField("from_time")
        else None,
        until_at=to_datetime("until_time", request.until_time)
        if request.HasField("until_time")
        else None,
        events=list(request.events),
    )


def entry_to_proto(entry: Entry) -> auth_pb2.AuditEvent:
    """An entry of the log."""
    return auth_pb2.AuditEvent(
        audit_event_id=entry.id,
        time=to_timestamp(entry.at),
        event=entry.event,
        actor=entry.actor,
        request_id=entry.request_id,
        changed=entry.changed,
        details_json=to_json(entry.details),
        user_id=str(entry.user_id or ""),
        subject=str(entry.subject),
    )


def report_to_proto(report: Report, unsealed_rows: int) -> admin_pb.VerifyAuditChainResponse:
    """What a check has found."""
    return admin_pb.VerifyAuditChainResponse(
        is_intact=not report.broken_seal_id,
        checked_seals=report.checked_seals,
        checked_rows=report.checked_rows,
        broken_seal_id=report.broken_seal_id,
        problem=report.problem,
        next_seal_id=report.next_seal_id,
        unsealed_rows=unsealed_rows,
    )


def change_to_proto(change: UserChange) -> internal.StreamUserChangesResponse:
    """A change of an account."""
    return internal.StreamUserChangesResponse(
        user_id=str(change.user_id),
        changed=change.changed,
        time=to_timestamp(change.at),
        cursor=cursor_of(change.place),
    )


def place_to_proto(place: Place, *, is_last: bool) -> internal.StreamUserChangesResponse:
    """The first and the last message, which only say where to go on."""
    return internal.StreamUserChangesResponse(cursor=cursor_of(place), is_last=is_last)
