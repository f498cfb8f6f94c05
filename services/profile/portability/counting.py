"""Counts what the change log tells, for the time series: totals that only grow, by UTC day.

What is read again is not new, so it is counted once; a day's count is the sum of its differences.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date
from itertools import groupby
from uuid import UUID

from services.kernel.db import Transaction
from services.kernel.outbox import enter
from services.profile.imports.model import Kind, Observation
from services.profile.portability import store
from services.profile.reading.figures import announced
from services.profile.reading.model import Figure
from services.profile.reading.syncing import TOPIC

METRICS = {
    Kind.CONNECTION: "connections_made",
    Kind.INVITATION_SENT: "invitations_sent",
    Kind.INVITATION_RECEIVED: "invitations_received",
    Kind.MESSAGE_SENT: "messages_sent",
    Kind.MESSAGE_RECEIVED: "messages_received",
    Kind.POST: "posts_made",
    Kind.COMMENT: "comments_made",
    Kind.COMMENT_RECEIVED: "comments_received",
    Kind.REACTION: "reactions_made",
    Kind.REACTION_RECEIVED: "reactions_received",
}
"""What is counted, by our names."""


async def count(tx: Transaction, user_id: UUID, urn: str, new: Sequence[Observation]) -> None:
    """Add what is new to the totals of the member `urn`, and announce them for each day."""
    for _, group in groupby(sorted(new, key=lambda one: one.happened_at), key=_day):
        of_day = list(group)
        payload = {
            "user_id": str(user_id),
            "time": of_day[-1].happened_at.isoformat(),
            "metrics": [
                await _add(tx, user_id, urn, METRICS[kind], more)
                for kind, more in sorted(_counts(of_day).items(), key=lambda one: one[0].value)
            ],
        }
        await enter(tx, topic=TOPIC, queue="low", user_id=user_id, payload=payload)


async def _add(
    tx: Transaction, user_id: UUID, urn: str, metric_type: str, more: int
) -> dict[str, object]:
    total = await store.add_to_figure(tx, user_id, urn, metric_type, more)
    return announced(Figure(urn, metric_type, total), total - more)


def _counts(observed: Sequence[Observation]) -> Counter[Kind]:
    return Counter(one.kind for one in observed)


def _day(one: Observation) -> date:
    return one.happened_at.astimezone(UTC).date()
