"""A token on its way from one life to the next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from services.kernel.db import Row
from services.profile.model import SealedTokens, TokenVersion


def sealed_from_row(row: Row) -> SealedTokens:
    """Sealed tokens from any row that holds their columns."""
    return SealedTokens(
        row["access_token_ct"],
        row["access_token_nonce"],
        row["data_key"],
        row["key_id"],
        row["refresh_token_ct"],
        row["refresh_token_nonce"],
    )


def version_from_row(row: Row) -> TokenVersion:
    """A token's name from any row that holds `token_id` and `version`."""
    return TokenVersion(row["token_id"], row["version"])


@dataclass(frozen=True, slots=True)
class Leased:
    """A token that this process alone may refresh now."""

    user_id: UUID
    tokens: SealedTokens
    scopes: frozenset[str]
    refresh_expires_at: datetime | None
    version: TokenVersion

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `lease_refresh`."""
        return cls(
            row["user_id"],
            sealed_from_row(row),
            frozenset(row["scopes"]),
            row["refresh_expires_at"],
            version_from_row(row),
        )


@dataclass(frozen=True, slots=True)
class Ending:
    """A token that ends and cannot be refreshed."""

    user_id: UUID
    version: TokenVersion
    expires_at: datetime
    is_over: bool

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `list_ending`."""
        return cls(row["user_id"], version_from_row(row), row["expires_at"], row["is_over"])


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of a batch of refreshes."""

    refreshed: int = 0
    put_off: int = 0
    ended: int = 0
    is_more: bool = False
