"""What is known of a notification."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from services.kernel.db import Row
from services.profile.notifications.kinds import Kind, Severity


@dataclass(frozen=True, slots=True)
class Told:
    """What a user is told, in words."""

    kind: Kind
    severity: Severity
    title: str
    body: str
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ways:
    """By which ways a notification reaches its user."""

    is_mailed_at_once: bool
    is_for_digest: bool
    is_pushed: bool

    @property
    def channels(self) -> list[str]:
        """The same as words of the table."""
        is_mailed = self.is_mailed_at_once or self.is_for_digest
        return ["inapp", *["email"] * is_mailed, *["push"] * self.is_pushed]


@dataclass(frozen=True, slots=True)
class Notification:
    """One thing that a user was told."""

    notification_id: UUID
    kind: str
    severity: Severity
    title: str
    body: str
    data: Mapping[str, str]
    created_at: datetime
    read_at: datetime | None

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `list_notifications` or `list_new_notifications`."""
        return cls(
            row["id"],
            row["kind"],
            Severity(row["severity"]),
            row["title"],
            row["body"],
            row["data"],
            row["created_at"],
            row["read_at"],
        )
