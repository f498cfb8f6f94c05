"""Tells Automation who has answered or accepted, so that nothing more is done for them.

Who it was is sealed in the message, and blanked with its delivery: LinkedIn lets us keep that for
two days. Source: docs/decisions/0158-targets-before-rules.md
"""

from collections.abc import Sequence
from uuid import UUID

from services.kernel.db import Transaction
from services.kernel.outbox import Outbox
from services.profile.imports.model import Kind, Observation

TOPIC = "linkedin_reply"
_OUTCOMES = {Kind.MESSAGE_RECEIVED: "replied", Kind.CONNECTION: "accepted"}


async def tell_the_ledger(
    tx: Transaction, outbox: Outbox, user_id: UUID, new: Sequence[Observation]
) -> None:
    """One message a person and answer, however often a page tells it."""
    answers = {(one.subject, _OUTCOMES[one.kind]) for one in new if one.kind in _OUTCOMES}
    for linkedin_id, outcome in sorted(answers):
        await outbox.add(
            tx,
            topic=TOPIC,
            queue="high",
            user_id=user_id,
            payload={"outcome": outcome},
            secret=linkedin_id,
        )
