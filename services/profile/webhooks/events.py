"""How the rooms tell programs something: `emit`, in the transaction in which it happens."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from services.kernel.db import Transaction
from services.profile.webhooks import store
from services.profile.webhooks.event_types import EVENTS, EventType

__all__ = ["EventType", "emit"]


async def emit(
    tx: Transaction,
    user_id: UUID,
    event_type: EventType,
    data: Mapping[str, object],
    dedupe_key: str,
) -> None:
    """Tell the user's webhooks of an event once `tx` commits; needs nothing but the transaction.

    `data` is JSON with exactly the fields of the event's example. A webhook is told of a dedupe key
    once. What comes while a webhook is switched off for failing is kept for a replay.
    Raises ValueError for other fields.
    """
    await store.add_deliveries(tx, user_id, event_type.value, body_of(event_type, data), dedupe_key)


def body_of(event_type: EventType, data: Mapping[str, object]) -> dict[str, object]:
    """What receivers read: type, time, data. Raises ValueError for data unlike the example."""
    if data.keys() != EVENTS[event_type].example.keys():
        raise ValueError(f"{event_type} has the fields {sorted(EVENTS[event_type].example)}")
    timestamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"type": event_type.value, "timestamp": timestamp, "data": dict(data)}
