"""`inergize schedule`: asks the services for due work and puts what it gets on the queues.

Any number may run: claims in PostgreSQL make a leader unnecessary. A doorbell on Redis only makes
it look at once; without it the sweep finds everything a little later.
"""

import asyncio
import signal
import time

import redis.asyncio as redis
import structlog
import uvloop
from inergize.common.v1 import work_internal_service_pb2 as work
from inergize.content.v1 import content_internal_service_pb2 as content
from redis.exceptions import RedisError

from services.kernel.clients import Mesh
from services.kernel.config import Settings, settings
from services.kernel.doorbell import CHANNEL
from services.kernel.http import HttpPort
from services.kernel.telemetry import configure_logging
from workers.clients import Clients
from workers.enqueue import Enqueuer, Order
from workers.identity import holder
from workers.loops import RETRY_SECONDS, Look, end_all, keep_looking
from workers.names import PUBLISH_CONTENT, REFUSE_TOPIC, RUN_PERIODIC, SERVICES, TOPIC_ACTORS

log = structlog.get_logger()

SWEEP_SECONDS = 5.0
CONTENT_SWEEP_SECONDS = 1.0
PERIODIC_SECONDS = 20.0
BATCH = 100


def schedule() -> None:
    """Run until SIGTERM."""
    given = settings()
    configure_logging(given.log, "scheduler")
    uvloop.run(_schedule(given))


async def _schedule(given: Settings) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    mesh = Mesh("scheduler", given.mesh)
    scheduler = Scheduler(Clients(mesh), Enqueuer(given.broker))
    loops = scheduler.start(given.redis.url.get_secret_value())
    http = HttpPort(lambda: not any(loop.done() for loop in loops))
    await http.open(given.server.host, given.server.metrics_port)
    log.info("scheduling")
    await stopped.wait()
    await end_all(loops)
    await http.close()
    await mesh.close()


class Scheduler:
    """One loop a kind of work and service, each woken by that service's bell."""

    def __init__(self, clients: Clients, enqueuer: Enqueuer) -> None:
        self._clients = clients
        self._enqueuer = enqueuer
        self._bells: dict[str, list[asyncio.Event]] = {service: [] for service in SERVICES}

    def start(self, redis_url: str) -> list[asyncio.Task[None]]:
        """Start every loop."""
        looks: list[tuple[str, Look]] = [("content", self._content)]
        for service in SERVICES:
            looks.append((service, self._outbox_of(service)))
            looks.append((service, self._periodic_of(service)))
        loops = [self._start_looking(service, look) for service, look in looks]
        return [*loops, asyncio.create_task(self._listen(redis_url))]

    def _start_looking(self, service: str, look: Look) -> asyncio.Task[None]:
        bell = asyncio.Event()
        self._bells[service].append(bell)
        return asyncio.create_task(keep_looking(service, look, bell))

    async def _content(self) -> float:
        await self._enqueuer.be_there()
        request = content.ClaimDueContentRequest(limit=BATCH, claimed_by=holder())
        reply = await self._clients.content.ClaimDueContent(request)
        await self._enqueuer.put(
            Order(PUBLISH_CONTENT, "high", (claim.content_id, claim.fence))
            for claim in reply.claims
        )
        if len(reply.claims) == BATCH:
            return 0.0
        if not reply.HasField("next_due_time"):
            return CONTENT_SWEEP_SECONDS
        until_due = reply.next_due_time.ToNanoseconds() / 1e9 - time.time()
        return min(max(until_due, 0.0), CONTENT_SWEEP_SECONDS)

    def _outbox_of(self, service: str) -> Look:
        async def look() -> float:
            await self._enqueuer.be_there()
            request = work.ClaimOutboxRequest(limit=BATCH, claimed_by=holder())
            reply = await self._clients.work(service).ClaimOutbox(request)
            await self._enqueuer.put(_delivery(service, claim) for claim in reply.claims)
            return 0.0 if len(reply.claims) == BATCH else SWEEP_SECONDS

        return look

    def _periodic_of(self, service: str) -> Look:
        async def look() -> float:
            await self._enqueuer.be_there()
            request = work.ClaimPeriodicRequest(claimed_by=holder())
            reply = await self._clients.work(service).ClaimPeriodic(request)
            await self._enqueuer.put(_periodic_run(service, claim) for claim in reply.claims)
            return PERIODIC_SECONDS

        return look

    async def _listen(self, redis_url: str) -> None:
        """Pass bells on. While Redis is away the sweeps do all the work."""
        while True:
            try:
                async with redis.Redis.from_url(redis_url, decode_responses=True) as client:
                    await self._listen_once(client)
            except (RedisError, OSError) as lost:
                log.warning("doorbell_lost", error=type(lost).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def _listen_once(self, client: redis.Redis) -> None:
        async with client.pubsub() as bells:
            await bells.subscribe(CHANNEL)
            self._ring_all()  # what rang while nobody listened
            async for heard in bells.listen():
                for bell in self._bells.get(str(heard["data"]), ()):
                    bell.set()

    def _ring_all(self) -> None:
        for bells in self._bells.values():
            for bell in bells:
                bell.set()


def _delivery(service: str, claim: work.OutboxClaim) -> Order:
    actor = TOPIC_ACTORS.get(claim.topic)
    ids = (service, claim.message_id, claim.fence)
    return Order(actor, claim.queue, ids) if actor else Order(REFUSE_TOPIC, "low", ids)


def _periodic_run(service: str, claim: work.PeriodicClaim) -> Order:
    due_time = claim.due_time.ToJsonString()
    return Order(RUN_PERIODIC, "low", (service, claim.name, due_time, claim.fence))


if __name__ == "__main__":
    schedule()
