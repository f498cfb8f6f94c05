"""Targets, as plain values. States are the words of the database's column."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from services.kernel.db import Row


class Outcome(StrEnum):
    """What a person has done."""

    ACCEPTED = "accepted"
    REPLIED = "replied"
    DECLINED = "declined"

    @property
    def state(self) -> str:
        """The state of a target of whom that is known."""
        return "done" if self is Outcome.DECLINED else self.value


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a member's list, before it is stored."""

    target_linkedin_id: str
    data: dict[str, str]
    """What the list says about them, by field of the contract."""


@dataclass(frozen=True, slots=True)
class Target:
    """A person whom a member means to reach."""

    target_id: UUID
    target_linkedin_id: str
    data: dict[str, Any]
    state: str
    stop_reason: str
    stopped_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """A row of any query that returns targets."""
        return cls(**row)


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was not taken."""

    line: int
    """In the file, from 1."""
    rule: str


@dataclass(frozen=True, slots=True)
class Table:
    """What a file says: each person once, and the rows that say nothing."""

    people: list[Person]
    repeated_count: int
    problems: list[Problem]
