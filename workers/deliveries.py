"""How an actor delivers one outbox message: fetch, do, finish."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import grpc
import structlog
from inergize.common.v1 import work_internal_service_pb2 as pb
from prometheus_client import Counter

from services.kernel.outbox import MAX_ATTEMPTS
from services.kernel.telemetry import frames
from workers.errors import RefusedError
from workers.resources import Open, current

log = structlog.get_logger()

DELIVERIES = Counter(
    "inergize_deliveries_total", "Tries to deliver outbox messages.", ["topic", "outcome"]
)
"""Outcomes: `delivered`, `failed` (tried again later), `given_up` (only the row is left)."""
LIMIT_SECONDS = 40.0
"""Within the actors' time limit, so that a delivery that hangs is recorded as one that failed."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to deliver."""

    message_id: str
    """Also the idempotency key of what the delivery does."""
    user_id: str
    payload: dict[str, Any]
    secret: str


Deliver = Callable[[Open, Delivery], Awaitable[None]]


async def deliver(service: str, message_id: str, fence: int, send: Deliver) -> None:
    """Deliver a claimed message and record how it went.

    A message whose fence is old is somebody else's by now: nothing is done. A crash between
    sending and recording delivers it again, so `send` must bear a repeat.
    """
    open_ = current()
    work = open_.clients.work(service)
    try:
        request = pb.GetOutboxMessageRequest(message_id=message_id, fence=fence)
        message = await work.GetOutboxMessage(request)
    except grpc.aio.AioRpcError as refused:
        log.info("delivery_not_ours", code=refused.code().name, message_id=message_id)
        return
    delivery = Delivery(
        message_id, message.user_id, json.loads(message.payload_json), message.secret
    )
    finish = pb.FinishOutboxMessageRequest(message_id=message_id, fence=fence)
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            await send(open_, delivery)
        finish.is_delivered = True
    except Exception as failed:  # noqa: BLE001 - recorded with the message, which is tried again
        finish.error = _words(failed)
        finish.is_final = isinstance(failed, RefusedError)
        log.warning(
            "delivery_failed", topic=message.topic, error=finish.error, frames=frames(failed)
        )
    await work.FinishOutboxMessage(finish)
    _tell(message, finish)


def _tell(message: pb.GetOutboxMessageResponse, finish: pb.FinishOutboxMessageRequest) -> None:
    is_last = finish.is_final or message.attempt >= MAX_ATTEMPTS
    outcome = "delivered" if finish.is_delivered else "given_up" if is_last else "failed"
    DELIVERIES.labels(message.topic, outcome).inc()
    if outcome == "given_up":
        log.error(
            "message_given_up",
            message_id=finish.message_id,
            topic=message.topic,
            error=finish.error,
            attempt=message.attempt,
        )


def _words(failed: Exception) -> str:
    """What failed, without data: gRPC's code, our own words, or the exception's type."""
    if isinstance(failed, grpc.aio.AioRpcError):
        return failed.code().name
    return str(failed)[:1000] if isinstance(failed, RefusedError) else type(failed).__name__
