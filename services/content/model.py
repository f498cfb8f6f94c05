"""Content and its publication, as plain values.

Words such as `draft` or `publishing` are those of the database's columns; `convert.py` turns them
into the contract's enums.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Self
from uuid import UUID

from services.kernel.db import Row


@dataclass(frozen=True, slots=True)
class Draft:
    """What a user writes."""

    type: str
    title: str
    body: str
    visibility: str
    tags: tuple[str, ...]
    ai_origin: str


@dataclass(frozen=True, slots=True)
class Content:
    """One content as stored. Times are aware, in UTC."""

    id: UUID
    user_id: UUID
    type: str
    title: str
    body: str
    visibility: str
    tags: tuple[str, ...]
    ai_origin: str
    status: str
    scheduled_at: datetime | None
    published_at: datetime | None
    linkedin_post_urn: str
    publish_state: str
    publish_error: str
    publish_action_id: UUID | None
    revision: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """A row of `get_content` or `list_content`."""
        return cls(**{**row, "tags": tuple(row["tags"])})

    @property
    def etag(self) -> str:
        """Changes with every update."""
        return f"r{self.revision}"

    @property
    def can_still_be_moved(self) -> bool:
        """Scheduled, and nothing may have left for LinkedIn yet."""
        return self.status == "scheduled" and self.publish_state in ("idle", "claimed")

    @property
    def can_be_scheduled(self) -> bool:
        """Whether it may get a time, the first one or another."""
        return self.status in ("draft", "failed") or self.can_still_be_moved


@dataclass(frozen=True, slots=True)
class CalendarTime:
    """A point in time, and the zone in which the user reads it."""

    at: datetime
    time_zone: str

    local: datetime
    """`at` on a clock in that zone, naive."""


@dataclass(frozen=True, slots=True)
class PublicationClaim:
    """One content whose time has come, held for a lease."""

    content_id: UUID
    user_id: UUID
    action_id: UUID
    fence: int


@dataclass(frozen=True, slots=True)
class DueContent:
    """What was claimed, and when to look again."""

    claims: tuple[PublicationClaim, ...]
    next_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Publication:
    """What a worker is to publish."""

    user_id: UUID
    action_id: UUID
    attempt: int
    text: str
    visibility: str
    author_urn: str
    scheduled_at: datetime

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """A row of `begin_publication`."""
        return cls(**row)


class Outcome(Enum):
    """How a publication went: the content's status and publish state after it."""

    PUBLISHED = ("published", "published")
    FAILED = ("failed", "failed")
    UNKNOWN = ("scheduled", "unknown")
    DEFERRED = ("scheduled", "idle")

    @property
    def status(self) -> str:
        """The content's status."""
        return self.value[0]

    @property
    def publish_state(self) -> str:
        """The content's publish state."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class PublicationResult:
    """What a worker reports."""

    outcome: Outcome
    remote_id: str
    """LinkedIn's name for the post; empty unless published."""
    error: str
    """Why it failed or waits."""
    retry_at: datetime | None
    """When deferred: not before this."""


@dataclass(frozen=True, slots=True)
class UnknownPublication:
    """A publication whose answer was lost."""

    user_id: UUID
    fence: int
    name: str
    """What its user knows it by."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A publication whose result has just been stored."""

    user_id: UUID
    action_id: UUID
    published_at: datetime | None
    scheduled_at: datetime
    at: datetime
    name: str
    """What its user knows it by: its title, or how its text begins."""
