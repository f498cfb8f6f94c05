"""How an actor delivers one outbox message: fetch, do, finish."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import grpc
import structlog
from inergize.common.v1 import work_internal_service_pb2 as pb

from services.kernel.telemetry import frames
from workers.errors import RefusedError
from workers.resources import Open, current

log = structlog.get_logger()


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
        await send(open_, delivery)
        finish.is_delivered = True
    except Exception as failed:  # noqa: BLE001 - recorded with the message, which is tried again
        finish.error = _words(failed)
        log.warning(
            "delivery_failed", topic=message.topic, error=finish.error, frames=frames(failed)
        )
        finish.is_final = isinstance(failed, RefusedError)
    await work.FinishOutboxMessage(finish)


def _words(failed: Exception) -> str:
    """What failed, without data: gRPC's code, our own words, or the exception's type."""
    if isinstance(failed, grpc.aio.AioRpcError):
        return failed.code().name
    return str(failed)[:1000] if isinstance(failed, RefusedError) else type(failed).__name__
