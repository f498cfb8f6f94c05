"""Tells the other services that a user's LinkedIn was connected, or is not any more.

Messages may arrive late, in any order, and twice; their numbers say which is the latest.
Source: docs/decisions/0154-connections-are-announced-in-order.md
"""

from uuid import UUID

from services.kernel.db import Transaction
from services.kernel.outbox import Outbox
from services.profile.connection import store

CONNECTED = "linkedin_connected"
DISCONNECTED = "linkedin_disconnected"


async def announce(tx: Transaction, outbox: Outbox, topic: str, user_id: UUID) -> None:
    """Announce what `tx` has just made of a user's connection, whose row it holds."""
    number = await store.next_announcement(tx)
    payload = {"user_id": str(user_id), "announcement": number}
    await outbox.add(tx, topic=topic, payload=payload, queue="high", user_id=user_id)
