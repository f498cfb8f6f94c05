"""Publishes one piece of content, at most once, whatever is delivered twice or dies in between.

Every step may be repeated: the claim's fences say whose work it is, and Profile never sends the
same attempt id twice. A step that fails leaves the leases to lapse, and the next holder goes on
from what the ledger knows.
"""

import dramatiq
import grpc
import structlog
from inergize.auth.v1 import auth_internal_service_pb2 as auth
from inergize.automation.v1 import automation_internal_service_pb2 as automation
from inergize.automation.v1 import automation_pb2
from inergize.content.v1 import content_internal_service_pb2 as content
from inergize.profile.v1 import profile_action_kinds_pb2 as kinds
from inergize.profile.v1 import profile_actions_pb2 as profile
from inergize.safety.v1 import safety_internal_service_pb2 as safety
from inergize.safety.v1 import safety_pb2

from workers import outcomes
from workers.identity import holder
from workers.outcomes import Outcome
from workers.resources import current
from workers.steps import steadily

log = structlog.get_logger()

ACTION = "publish_post"
_GONE = (grpc.StatusCode.ABORTED, grpc.StatusCode.FAILED_PRECONDITION)


def declare(broker: dramatiq.Broker) -> None:
    """Declare the actor on a broker."""
    dramatiq.actor(
        broker=broker,
        queue_name="high",
        max_retries=0,
        max_age=60_000,
        time_limit=55_000,
    )(publish_content)


async def publish_content(content_id: str, fence: int) -> None:
    """Carry out one claim of due content. A second delivery finds nothing to claim and stops."""
    try:
        publication = await _begin_publication(content_id, fence)
        attempt = await _begin_attempt(content_id, publication)
    except grpc.aio.AioRpcError as refused:
        if refused.code() not in _GONE:
            raise
        log.info("publication_held_elsewhere", content_id=content_id)
        return
    known = outcomes.of_finished(attempt)
    outcome = known or await _carry_out(publication, attempt)
    outcome = outcome.of_attempt(publication.attempt)
    if known is None:
        await _record_attempt(attempt, outcome)
    await _record_publication(content_id, fence, outcome)
    await _report(publication, attempt, outcome)


async def _carry_out(
    publication: content.BeginPublicationResponse, attempt: automation.BeginAttemptResponse
) -> Outcome:
    """Ask whether the account is on, then Safety, and only then act."""
    if not await _is_account_on(publication.user_id):
        return outcomes.of_suspension()
    request = safety.ReserveActionRequest(
        attempt_id=attempt.attempt_id, user_id=publication.user_id, action_type=ACTION
    )
    verdict = await steadily(current().clients.safety.ReserveAction, request)
    # Only ALLOWED acts: an unspecified verdict or one we do not know means no.
    if verdict.verdict != safety_pb2.VERDICT_ALLOWED:
        return outcomes.of_refusal(verdict)
    reply = await _execute(publication, attempt)
    return outcomes.of_execution(reply, publication.attempt)


async def _is_account_on(user_id: str) -> bool:
    """Nothing is published for an account that is switched off; no answer is no permission."""
    request = auth.GetUserEntitlementsRequest(user_id=user_id)
    try:
        await steadily(current().clients.auth.GetUserEntitlements, request)
    except grpc.aio.AioRpcError as refused:
        if refused.code() is grpc.StatusCode.NOT_FOUND:
            return False
        raise
    return True


async def _execute(
    publication: content.BeginPublicationResponse, attempt: automation.BeginAttemptResponse
) -> profile.ExecuteActionResponse:
    """Have Profile act. Asking again after no answer is safe: it tells what it knows."""
    request = profile.ExecuteActionRequest(
        attempt_id=attempt.attempt_id,
        user_id=publication.user_id,
        publish_post=kinds.PublishPost(
            text=publication.text,
            # The two enums name the same choices; Content's says "unspecified" for public.
            visibility=publication.visibility or kinds.VISIBILITY_PUBLIC,  # type: ignore[arg-type]
            author_urn=publication.author_urn,
        ),
    )
    try:
        return await steadily(current().clients.profile.ExecuteAction, request)
    except grpc.aio.AioRpcError as failed:
        if failed.code() is grpc.StatusCode.FAILED_PRECONDITION:
            return outcomes.not_connected(failed)
        if failed.code() is grpc.StatusCode.INVALID_ARGUMENT:
            return outcomes.refused_to_try(failed)
        if outcomes.is_resting(failed):
            return outcomes.not_now(failed)
        raise


async def _begin_publication(content_id: str, fence: int) -> content.BeginPublicationResponse:
    request = content.BeginPublicationRequest(content_id=content_id, fence=fence)
    return await steadily(current().clients.content.BeginPublication, request)


async def _begin_attempt(
    content_id: str, publication: content.BeginPublicationResponse
) -> automation.BeginAttemptResponse:
    request = automation.BeginAttemptRequest(
        action_id=publication.action_id,
        attempt=publication.attempt,
        user_id=publication.user_id,
        action_type=ACTION,
        content_id=content_id,
        due_time=publication.scheduled_time,
        claimed_by=holder(),
    )
    # Asked again after an answer that was lost, the ledger says that somebody holds it: we do.
    return await steadily(current().clients.automation.BeginAttempt, request)


async def _record_attempt(attempt: automation.BeginAttemptResponse, outcome: Outcome) -> None:
    request = outcomes.attempt_record(attempt, outcome)
    await steadily(current().clients.automation.RecordAttempt, request)


async def _record_publication(content_id: str, fence: int, outcome: Outcome) -> None:
    request = outcomes.publication_record(content_id, fence, outcome)
    await steadily(current().clients.content.RecordPublication, request)


async def _report(
    publication: content.BeginPublicationResponse,
    attempt: automation.BeginAttemptResponse,
    outcome: Outcome,
) -> None:
    """Tell Safety what became of its reservation; a blocked attempt has none."""
    if outcome.state == automation_pb2.ACTION_STATE_BLOCKED:
        return
    request = safety.ReportExecutionRequest(
        attempt_id=attempt.attempt_id, user_id=publication.user_id, outcome=outcome.execution
    )
    await steadily(current().clients.safety.ReportExecution, request)
