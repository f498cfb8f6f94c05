"""Sends codes by SMS."""

from datetime import UTC, datetime, timedelta

import dramatiq

from workers.deliveries import Delivery, deliver
from workers.errors import RefusedError
from workers.resources import Open
from workers.sms.render import render

LATE = timedelta(minutes=5)
"""So long after its end a code is not sent any more; more than two clocks may differ by."""


def declare(broker: dramatiq.Broker) -> None:
    """Declare the actor on a broker."""
    dramatiq.actor(
        broker=broker, queue_name="mail", max_retries=0, max_age=60_000, time_limit=45_000
    )(send_sms)


async def send_sms(service: str, message_id: str, fence: int) -> None:
    """Send one SMS. A crash right after sending sends it again: SMS are at least once."""
    await deliver(service, message_id, fence, _send_sms)


async def _send_sms(open_: Open, delivery: Delivery) -> None:
    payload = delivery.payload
    if datetime.now(UTC) > datetime.fromisoformat(payload["expires_time"]) + LATE:
        raise RefusedError("the code had ended before it could be sent")
    text = render(payload["template"], payload["language"], delivery.secret)
    await open_.sms.send(payload["to"], text)
