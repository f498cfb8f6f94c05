"""What the rules about webhooks work on."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID

from services.kernel.crypto import Sealed
from services.kernel.db import Row


class DisabledReason(StrEnum):
    """Why nothing is sent to a webhook."""

    USER = "user"
    """Its owner switched it off."""
    GONE = "gone"
    """It answered 410."""
    FAILING = "failing"
    """Nothing has arrived for days."""


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    """Due now or later, or being sent."""
    DELIVERED = "delivered"
    DEAD = "dead"
    """Tried for days and given up."""
    MISSED = "missed"
    """Not tried, or not to the end: the webhook was switched off."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a webhook's owner decides."""

    url: str
    event_types: tuple[str, ...]
    description: str

    @property
    def host(self) -> str:
        """Whose capacity is used: the URL's host."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a user's program is told of events; without its secrets."""

    webhook_id: UUID
    user_id: UUID
    url: str
    description: str
    event_types: tuple[str, ...]
    disabled_reason: DisabledReason | None
    """None while it is active."""
    failing_since: datetime | None
    previous_until: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `get_webhook` and the like."""
        reason = row["disabled_reason"]
        return cls(
            webhook_id=row["id"],
            user_id=row["user_id"],
            url=row["url"],
            description=row["description"],
            event_types=tuple(row["event_types"]),
            disabled_reason=reason and DisabledReason(reason),
            failing_since=row["failing_since"],
            previous_until=row["previous_until"],
            version=row["version"],
            created_at=row["created_at"],
            updated_at=row["updated_at"],
        )

    @property
    def is_active(self) -> bool:
        """Whether events are sent to it."""
        return self.disabled_reason is None

    @property
    def etag(self) -> str:
        """Another for each change its owner makes or is told of."""
        return str(self.version)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one webhook, and how its last try went."""

    delivery_id: UUID
    webhook_id: UUID
    event_type: str
    body: dict[str, Any]
    state: DeliveryState
    attempt: int
    """Tries so far."""
    next_attempt_at: datetime | None
    is_being_sent: bool
    response_code: int | None
    response_excerpt: str
    error: str
    elapsed_ms: int | None
    ended_at: datetime | None
    created_at: datetime

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `get_delivery` and the like."""
        return cls(
            delivery_id=row["id"],
            webhook_id=row["webhook_id"],
            event_type=row["event_type"],
            body=row["payload"],
            state=DeliveryState(row["state"]),
            attempt=row["attempt"],
            next_attempt_at=row["next_attempt_at"],
            is_being_sent=row["is_being_sent"],
            response_code=row["response_code"],
            response_excerpt=row["response_excerpt"] or "",
            error=row["error"] or "",
            elapsed_ms=row["elapsed_ms"],
            ended_at=row["ended_at"],
            created_at=row["created_at"],
        )


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is to be sent now, with its webhook's secrets, the newest first."""

    delivery_id: UUID
    webhook_id: UUID
    fence: int
    url: str
    body: dict[str, Any]
    secrets: tuple[tuple[str, Sealed], ...] = field(repr=False)
    """Column and what is sealed in it."""
