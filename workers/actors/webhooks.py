"""Passes on what other services tell webhooks; sending it is the courier's, which is no actor."""

from typing import Any

import dramatiq
from inergize.profile.v1 import profile_webhooks_pb2 as pb

from services.kernel.messages import to_json
from workers.deliveries import Delivery, deliver
from workers.resources import Open

LIMITS: dict[str, Any] = {"max_retries": 0, "max_age": 60_000, "time_limit": 45_000}  # ms


def declare(broker: dramatiq.Broker) -> None:
    """Declare the actor on a broker."""
    dramatiq.actor(broker=broker, queue_name="normal", **LIMITS)(tell_webhooks)


async def tell_webhooks(service: str, message_id: str, fence: int) -> None:
    """Have Profile tell a user's webhooks; each is told once, however often this is repeated."""
    await deliver(service, message_id, fence, _tell)


async def _tell(open_: Open, delivery: Delivery) -> None:
    told = delivery.payload
    await open_.clients.profile.EmitEvent(
        pb.EmitEventRequest(
            user_id=delivery.user_id,
            event_type=told["event_type"],
            dedupe_key=told["dedupe_key"],
            data_json=to_json(told["data"]),
        )
    )
