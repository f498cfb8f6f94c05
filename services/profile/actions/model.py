"""Attempts at actions, and what is known of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from services.kernel.db import Row
from services.profile.actions.hashing import request_hash
from services.profile.actions.kinds import Action
from services.profile.actions.traces import Kind, Trace


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at one action, as Automation's ledger names it."""

    attempt_id: UUID
    user_id: UUID
    action: Action

    @property
    def request_hash(self) -> bytes:
        """What it is to do, as one number."""
        return request_hash(self.action)


class AttemptState(StrEnum):
    """What is known of an attempt."""

    SENDING = "sending"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    NOT_FOUND = "not_found"
    """Its answer was lost, and reading back has shown that it did not happen."""


class Evidence(StrEnum):
    """What settled an attempt whose answer was lost."""

    READ_BACK = "read_back"
    """We looked at LinkedIn."""
    CHANGE_LOG = "change_log"
    """LinkedIn's log of what the member did told of it."""
    REPETITION = "repetition"
    """LinkedIn refused the same post again and named the one that is there."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known after an attempt; `status_code` 0 means that LinkedIn gave no answer."""

    state: AttemptState
    remote_id: str = ""
    status_code: int = 0
    error_code: str = ""
    error_message: str = ""
    retry_at: datetime | None = None
    duplicate_of: str = ""
    """The post that LinkedIn says this one repeats; in the first answer only."""

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `get_attempt` or `get_open_attempt`."""
        return cls(
            AttemptState(row["state"]),
            row["remote_id"] or "",
            row["status_code"] or 0,
            row["error_code"] or "",
            row["error_message"] or "",
            row["retry_at"],
        )


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """An attempt that is to be read back."""

    attempt_id: UUID
    user_id: UUID
    known: Known
    trace: Trace | None
    """None for one from before traces were kept."""
    sent_at: datetime
    age: timedelta
    """Since then, by the database's clock."""
    reconcile_count: int
    evidence: Evidence | None = None

    @classmethod
    def from_row(cls, attempt_id: UUID, user_id: UUID, row: Row) -> Self:
        """Read a row of `get_open_attempt`."""
        return cls(
            attempt_id,
            user_id,
            Known.from_row(row),
            _trace(row) if row["kind"] else None,
            row["sent_at"],
            row["age"],
            row["reconcile_count"],
            Evidence(row["evidence"]) if row["evidence"] else None,
        )


def _trace(row: Row) -> Trace:
    return Trace(Kind(row["kind"]), row["actor_urn"], row["target_urn"] or "", row["words_hash"])
