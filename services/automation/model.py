"""Attempts at actions, as plain values. States are the words of the database's column."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from services.kernel.db import Row

ENDED = frozenset(
    {"confirmed", "rejected", "unknown", "reconciling", "not_found", "needs_human"}
    | {"blocked", "skipped"}
)
"""States in which no worker has anything to do for the attempt."""


@dataclass(frozen=True, slots=True)
class WantedAttempt:
    """An attempt that a worker is about to make."""

    user_id: UUID
    action_id: UUID
    attempt: int
    action_type: str
    content_id: UUID | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a worker learns about an attempt."""

    attempt_id: UUID
    state: str
    fence: int
    """The claim's; 0 when there is nothing to do."""
    remote_id: str
    error_message: str
    next_allowed_at: datetime | None
    is_held: bool
    """Somebody's lease on it has not ended."""

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """A row of `add_attempt`, `lock_attempt` or `claim_attempt`."""
        return cls(**row)

    @property
    def has_ended(self) -> bool:
        """Whether no worker has anything to do for it any more."""
        return self.state in ENDED

    def without_fence(self) -> Self:
        """The same, for somebody who does not hold it."""
        return replace(self, fence=0)


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt that has just ended."""

    user_id: UUID
    action_id: UUID
    action_type: str


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """How an attempt ended."""

    state: str
    remote_id: str
    """What LinkedIn made; empty unless confirmed."""
    error_message: str
    block_reasons: tuple[str, ...]
    next_allowed_at: datetime | None

    def detail(self) -> dict[str, Any]:
        """What the attempt's story tells of it: only what there is."""
        told = {
            "remote_id": self.remote_id,
            "error": self.error_message,
            "reasons": list(self.block_reasons),
            "next_allowed_time": self.next_allowed_at and self.next_allowed_at.isoformat(),
        }
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class Action:
    """One attempt as its user sees it. Times are aware, in UTC."""

    attempt_id: UUID
    action_id: UUID
    attempt: int
    action_type: str
    state: str
    content_id: UUID | None
    remote_id: str
    error_message: str
    block_reasons: tuple[str, ...]
    next_allowed_at: datetime | None
    due_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """A row of `get_action` or `list_actions`."""
        return cls(**{**row, "block_reasons": tuple(row["block_reasons"])})


@dataclass(frozen=True, slots=True)
class Step:
    """A step in an attempt's life, to be told."""

    from_state: str | None
    to_state: str
    fence: int
    actor: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ActionEvent:
    """A step in an attempt's life, as it was told."""

    from_state: str | None
    to_state: str
    actor: str
    detail: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """An attempt that is handed out to be read back."""

    attempt_id: UUID
    user_id: UUID
    action_id: UUID
    action_type: str
    content_id: UUID | None
    fence: int
    from_state: str

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """A row of `claim_unknown`."""
        return cls(**row)

    def payload(self) -> dict[str, Any]:
        """What the worker is told."""
        return {
            "attempt_id": str(self.attempt_id),
            "user_id": str(self.user_id),
            "action_id": str(self.action_id),
            "content_id": str(self.content_id or ""),
            "fence": self.fence,
        }


@dataclass(frozen=True, slots=True)
class ReadingResult:
    """What reading back has shown."""

    state: str
    remote_id: str
    error_message: str
    retry_at: datetime | None
    evidence: str = ""

    def detail(self) -> dict[str, Any]:
        """What the attempt's story tells of it: only what there is."""
        told = {
            "remote_id": self.remote_id,
            "error": self.error_message,
            "retry_time": self.retry_at and self.retry_at.isoformat(),
            "evidence": self.evidence,
        }
        return {name: value for name, value in told.items() if value}
