"""The doorbell: tells the scheduler at once what its sweep would find a little later."""

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

CHANNEL = "doorbell"
log = structlog.get_logger()


class Doorbell:
    """Rings for one service. A bell nobody hears costs a sweep's interval, nothing else."""

    def __init__(self, client: redis.Redis, service: str) -> None:
        self._client = client
        self._service = service

    async def ring(self) -> None:
        """Say that the service has work."""
        try:
            await self._client.publish(CHANNEL, self._service)
        except (RedisError, OSError) as unheard:
            log.warning("doorbell_unheard", error=type(unheard).__name__)
