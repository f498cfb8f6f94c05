"""Has an attempt whose answer was lost read back, and tells all who wait what became of it.

Nothing is sent to LinkedIn again. Each step may be repeated: the ledger knows by the fence whose
turn it is, and what is settled stays settled.
"""

import dramatiq
import grpc
from inergize.automation.v1 import automation_internal_service_pb2 as automation
from inergize.automation.v1 import automation_pb2
from inergize.content.v1 import content_internal_service_pb2 as content
from inergize.profile.v1 import profile_actions_pb2 as profile
from inergize.safety.v1 import safety_internal_service_pb2 as safety

from workers.deliveries import Delivery, deliver
from workers.resources import Open

NEVER_MADE = "the attempt is not known to the service that acts"
_STATES = {
    profile.RECONCILE_OUTCOME_CONFIRMED: automation_pb2.ACTION_STATE_CONFIRMED,
    profile.RECONCILE_OUTCOME_NOT_FOUND: automation_pb2.ACTION_STATE_NOT_FOUND,
    profile.RECONCILE_OUTCOME_UNDECIDED: automation_pb2.ACTION_STATE_UNKNOWN,
    profile.RECONCILE_OUTCOME_NEEDS_HUMAN: automation_pb2.ACTION_STATE_NEEDS_HUMAN,
}
_PUBLICATIONS = {
    profile.RECONCILE_OUTCOME_CONFIRMED: content.PUBLICATION_OUTCOME_PUBLISHED,
    profile.RECONCILE_OUTCOME_NOT_FOUND: content.PUBLICATION_OUTCOME_FAILED,
    profile.RECONCILE_OUTCOME_NEEDS_HUMAN: content.PUBLICATION_OUTCOME_UNKNOWN,
}


def declare(broker: dramatiq.Broker) -> None:
    """Declare the actor on a broker."""
    dramatiq.actor(
        broker=broker, queue_name="normal", max_retries=0, max_age=60_000, time_limit=45_000
    )(reconcile_unknown)


async def reconcile_unknown(service: str, message_id: str, fence: int) -> None:
    """Read one attempt back."""
    await deliver(service, message_id, fence, _reconcile)


async def _reconcile(open_: Open, delivery: Delivery) -> None:
    told = delivery.payload
    reply = await _read_back(open_, told["attempt_id"], told["user_id"])
    if not await _record(open_, told["attempt_id"], told["fence"], reply):
        return  # another reading has taken over
    if told["content_id"] and reply.outcome in _PUBLICATIONS:
        await open_.clients.content.SettlePublication(
            content.SettlePublicationRequest(
                content_id=told["content_id"],
                action_id=told["action_id"],
                outcome=_PUBLICATIONS[reply.outcome],
                remote_id=reply.remote_id,
                error=reply.error_message,
            )
        )
    if reply.outcome == profile.RECONCILE_OUTCOME_CONFIRMED:
        await _report(open_, told["attempt_id"], told["user_id"])


async def _read_back(open_: Open, attempt_id: str, user_id: str) -> profile.ReconcileActionResponse:
    request = profile.ReconcileActionRequest(attempt_id=attempt_id, user_id=user_id)
    try:
        return await open_.clients.profile.ReconcileAction(request)
    except grpc.aio.AioRpcError as refused:
        if refused.code() is not grpc.StatusCode.NOT_FOUND:
            raise
        return profile.ReconcileActionResponse(
            outcome=profile.RECONCILE_OUTCOME_NEEDS_HUMAN, error_message=NEVER_MADE
        )


async def _record(
    open_: Open, attempt_id: str, fence: int, reply: profile.ReconcileActionResponse
) -> bool:
    """Tell the ledger; False when the message is not the latest any more."""
    request = automation.RecordReconciliationRequest(
        attempt_id=attempt_id,
        fence=fence,
        # An answer that we do not know decides nothing: a person does.
        state=_STATES.get(reply.outcome, automation_pb2.ACTION_STATE_NEEDS_HUMAN),
        remote_id=reply.remote_id,
        error_message=reply.error_message[:1_000],
        retry_time=reply.retry_time if reply.HasField("retry_time") else None,
        evidence=reply.evidence,
    )
    try:
        await open_.clients.automation.RecordReconciliation(request)
    except grpc.aio.AioRpcError as refused:
        if refused.code() is grpc.StatusCode.ABORTED:
            return False
        raise
    return True


async def _report(open_: Open, attempt_id: str, user_id: str) -> None:
    """What has happened has cost quota. One that was not found may have: that stays spent."""
    request = safety.ReportExecutionRequest(
        attempt_id=attempt_id, user_id=user_id, outcome=safety.EXECUTION_OUTCOME_SENT
    )
    try:
        await open_.clients.safety.ReportExecution(request)
    except grpc.aio.AioRpcError as refused:
        if refused.code() is not grpc.StatusCode.NOT_FOUND:  # its reservation is long forgotten
            raise
