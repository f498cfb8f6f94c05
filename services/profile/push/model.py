"""What is known of a browser that is pushed to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BrowserKeys:
    """What a message to one browser is encrypted for."""

    public_key: bytes
    """`p256dh`: a point on P-256, uncompressed, 65 bytes."""
    secret: bytes
    """`auth`: 16 bytes that only the browser and we know."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A browser, as its user sees it."""

    subscription_id: UUID
    name: str
    endpoint: str
    last_pushed_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Target:
    """Where and how to push."""

    endpoint: str
    keys: BrowserKeys


@dataclass(frozen=True, slots=True)
class Push:
    """A request for a push service, ready to be sent."""

    url: str
    headers: Mapping[str, str]
    body: bytes
