"""Sends webhooks: takes what is due as far as there is room, each in a task of its own.

Profile's rows are the truth. Whatever dies here, a lease lapses there and the message is sent again
under the same id. Source: docs/decisions/0131-how-webhooks-are-sent.md
"""

import asyncio
from typing import TYPE_CHECKING

import structlog
from inergize.profile.v1 import profile_webhooks_pb2 as pb
from prometheus_client import Counter

from services.kernel.public_http import Answer, NoAnswer, PublicHttp, UrlRefused
from services.kernel.telemetry import frames
from workers.loops import end_all, keep_looking

if TYPE_CHECKING:
    from inergize.profile.v1.profile_internal_service_pb2_grpc import (
        ProfileInternalServiceAsyncStub,
    )

log = structlog.get_logger()

TRIES = Counter(
    "inergize_webhook_tries_total", "Tries to deliver a message to a webhook.", ["outcome"]
)
"""Outcomes: the status class such as `2xx`, or `no_answer`."""
AT_ONCE = 256
"""Sockets of one worker process; one that hangs is held for ten seconds."""
CLAIMED_AT_ONCE = 50
LOOK_SECONDS = 1.0
FINISH_TRIES = 3
FINISH_PAUSE_SECONDS = 0.5
STOP_SECONDS = 12.0
"""A little more than one try may take."""


class Courier:
    """Takes and sends until it is stopped."""

    def __init__(
        self,
        profile: "ProfileInternalServiceAsyncStub",
        http: PublicHttp,
        *,
        at_once: int = AT_ONCE,
    ) -> None:
        self._profile = profile
        self._http = http
        self._at_once = at_once
        self._has_room = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        looking = keep_looking("profile", self._look, self._has_room)
        self._looking = asyncio.create_task(looking)

    async def stop(self) -> None:
        """Take nothing more, and wait for what is being sent."""
        if self._looking is not None:
            await end_all([self._looking])
        if self._sending:
            await asyncio.wait(self._sending, timeout=STOP_SECONDS)
        await end_all(self._sending)

    async def _look(self) -> float:
        room = min(self._at_once - len(self._sending), CLAIMED_AT_ONCE)
        if room <= 0:
            return LOOK_SECONDS
        request = pb.ClaimWebhookDeliveriesRequest(limit=room)
        claimed = (await self._profile.ClaimWebhookDeliveries(request)).deliveries
        for delivery in claimed:
            task = asyncio.create_task(self._send(delivery))
            self._sending.add(task)
            task.add_done_callback(self._sent)
        return 0.0 if len(claimed) == room else LOOK_SECONDS

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        # Its host may have more waiting than may be sent there at once.
        self._has_room.set()

    async def _send(self, delivery: pb.ClaimedWebhookDelivery) -> None:
        finish = pb.FinishWebhookDeliveryRequest(
            delivery_id=delivery.delivery_id, fence=delivery.fence
        )
        try:
            answer = await self._http.post(delivery.url, dict(delivery.headers), delivery.body)
            finish.answer.CopyFrom(_answer(answer))
        except NoAnswer as failed:
            finish.error = str(failed)
        except UrlRefused as refused:
            finish.error = f"url refused: {refused.rule}"[:100]
        except Exception as failed:  # noqa: BLE001 - a mistake of ours is a failed try, not a lost one
            finish.error = type(failed).__name__
            log.error("webhook_try_broken", error=finish.error, frames=frames(failed))  # noqa: TRY400
        TRIES.labels(_outcome(finish)).inc()
        await self._finish(finish)

    async def _finish(self, finish: pb.FinishWebhookDeliveryRequest) -> None:
        for _ in range(FINISH_TRIES):
            try:
                await self._profile.FinishWebhookDelivery(finish)
            except Exception as failed:  # noqa: BLE001 - at last the lease lapses, and it is sent again
                log.warning("webhook_not_recorded", error=type(failed).__name__)
                await asyncio.sleep(FINISH_PAUSE_SECONDS)
            else:
                return


def _answer(answer: Answer) -> pb.WebhookAnswer:
    return pb.WebhookAnswer(
        status=answer.status,
        body=answer.body,
        retry_after=answer.headers.get("retry-after", ""),
        elapsed_ms=answer.elapsed_ms,
    )


def _outcome(finish: pb.FinishWebhookDeliveryRequest) -> str:
    if finish.WhichOneof("outcome") == "error":
        return "no_answer"
    return f"{finish.answer.status // 100}xx"
