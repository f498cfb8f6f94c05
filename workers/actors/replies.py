"""The actor that tells the ledger who has answered: nothing more is done for them."""

from inergize.automation.v1 import automation_internal_service_pb2 as automation
from inergize.automation.v1 import automation_targets_pb2 as targets

from workers.deliveries import Delivery, deliver
from workers.resources import Open

_OUTCOMES = {
    "accepted": targets.TARGET_OUTCOME_ACCEPTED,
    "replied": targets.TARGET_OUTCOME_REPLIED,
}


async def record_reply(service: str, message_id: str, fence: int) -> None:
    """Tell Automation of an answer or an acceptance. Telling it again changes nothing."""
    await deliver(service, message_id, fence, _record_reply)


async def _record_reply(open_: Open, delivery: Delivery) -> None:
    request = automation.RecordReplyRequest(
        user_id=delivery.user_id,
        # Sealed in the outbox and blanked there: who it was is not ours to keep.
        linkedin_id=delivery.secret,
        outcome=_OUTCOMES[delivery.payload["outcome"]],
    )
    await open_.clients.automation.RecordReply(request)
