"""Tells Analytics how LinkedIn's interface performs, through the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.kernel.db import Transaction
from services.kernel.outbox import enter
from services.profile.linkedin.transport import CallRecord

TOPIC = "api_performance"
LONGEST_ERROR_TYPE = 100
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Noted:
    """A call that has its row."""

    call_id: UUID
    made_at: datetime
    call: CallRecord


async def announce(tx: Transaction, user_id: UUID, noted: Sequence[Noted]) -> None:
    """Enter calls for Analytics, which takes each id once, however often it is told."""
    for start in range(0, len(noted), MOST_AT_ONCE):
        payload = {
            "calls": [_measured(user_id, one) for one in noted[start : start + MOST_AT_ONCE]]
        }
        await enter(tx, topic=TOPIC, payload=payload, queue="low", user_id=user_id)


def _measured(user_id: UUID, noted: Noted) -> dict[str, object]:
    call = noted.call
    return {
        "event_id": str(noted.call_id),
        "time": noted.made_at.isoformat(),
        "user_id": str(user_id),
        "endpoint": call.endpoint,
        "response_time_ms": call.elapsed_ms,
        "status_code": call.status_code,
        "rate_limit_remaining": call.remaining,
        "error_type": error_type(call),
    }


def error_type(call: CallRecord) -> str:
    """LinkedIn's word for what went wrong, or the failure's kind; "" when nothing did."""
    if call.problem is not None:
        return (call.problem.code or f"HTTP_{call.status_code}")[:LONGEST_ERROR_TYPE]
    return call.failure[:LONGEST_ERROR_TYPE]
