"""The broker, with Dramatiq's settings made explicit: its defaults are not ours.

Retries are planned in PostgreSQL: a message that fails is done, and its row is claimed again when
its lease lapses.
"""

from dramatiq.middleware import (
    AgeLimit,
    AsyncIO,
    Middleware,
    Retries,
    ShutdownNotifications,
    TimeLimit,
)

from services.kernel.config import BrokerSettings
from workers.bells import RungBroker

ALWAYS_MAINTAIN = 1_000_000
"""Dead workers are looked for at every command; by default at one in a thousand."""
DEAD_MESSAGE_TTL_MS = 24 * 3600 * 1000


def make_broker(settings: BrokerSettings, *, resources: Middleware | None = None) -> RungBroker:
    """A broker on BROKER_URL; `resources` opens what actors need, after the event loop has begun.

    Source: docs/decisions/0070-dramatiq-settings.md
    """
    middleware = [AgeLimit(), TimeLimit(), ShutdownNotifications(), Retries(max_retries=0)]
    if resources is not None:
        middleware += [AsyncIO(), resources]
    return RungBroker(
        url=settings.url.get_secret_value(),
        middleware=middleware,
        maintenance_chance=ALWAYS_MAINTAIN,
        heartbeat_timeout=settings.heartbeat_timeout_ms,
        dead_message_ttl=DEAD_MESSAGE_TTL_MS,
    )
