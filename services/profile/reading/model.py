"""What is read at LinkedIn, and what is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from services.kernel.db import Row
from services.profile.linkedin.model import UserInfo
from services.profile.linkedin.organisations import Organisation, ShareStatistics


class Why(StrEnum):
    """Why something is not read."""

    SCOPE_MISSING = "scope_missing"
    """The member's consent does not cover it, because the application may not ask for it."""
    REFUSED = "refused"
    """LinkedIn said no although the consent covers it; it is asked again after days."""
    THROTTLED = "throttled"
    """LinkedIn's quota is spent."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """Something that LinkedIn does not tell; `retry_at` (aware, UTC) is when we ask again."""

    name: str
    words: str
    why: Why
    missing_scopes: tuple[str, ...] = ()
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """What LinkedIn said no to, remembered."""

    why: Why
    retry_at: datetime

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `list_refusals`."""
        return cls(Why(row["reason"]), row["retry_at"])


@dataclass(frozen=True, slots=True)
class SyncClaim:
    """A profile that this process alone reads now."""

    user_id: UUID
    fence: int
    frequency_hours: int

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `claim_syncs`."""
        return cls(row["user_id"], row["sync_fence"], row["sync_frequency_hours"])


@dataclass(frozen=True, slots=True)
class PageReading:
    """A company page that the member administers; None for a count that LinkedIn withheld."""

    organisation: Organisation
    followers: int | None
    statistics: ShareStatistics | None


@dataclass(frozen=True, slots=True)
class MemberReading:
    """All that one look at LinkedIn told of a member; None for what it withheld."""

    info: UserInfo
    followers: int | None
    connections: int | None
    pages: Sequence[PageReading] | None
    withheld: tuple[Withheld, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A count of a subject: the member, a page or a post, by its URN."""

    subject_urn: str
    metric_type: str
    value: int


@dataclass(frozen=True, slots=True)
class PageAuthor:
    """A page as it was last read; None for followers that LinkedIn withheld."""

    urn: str
    name: str
    vanity_name: str
    followers: int | None
    impressions: int | None
    read_at: datetime

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `list_pages`."""
        return cls(
            row["organization_urn"],
            row["name"],
            row["vanity_name"],
            row["followers"],
            row["impressions"],
            row["read_at"],
        )


@dataclass(frozen=True, slots=True)
class DuePost:
    """A post that this process alone measures now; times are aware, UTC."""

    user_id: UUID
    post_urn: str
    author_urn: str
    posted_at: datetime
    fence: int

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `claim_posts`."""
        return cls(**row)
