"""What Profile knows: a connection, a member's profile."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from services.kernel.db import Row


def member_urn(linkedin_id: str) -> str:
    """A member as author or actor. The id is LinkedIn's for our application alone."""
    return f"urn:li:person:{linkedin_id}"


class ConnectionState(StrEnum):
    """Where a connection stands."""

    DISCONNECTED = "disconnected"
    CONNECTED = "connected"
    RESTING = "resting"
    """Connected, but the access token has ended and LinkedIn did not renew it when last asked."""
    NEEDS_RECONNECT = "needs_reconnect"


@dataclass(frozen=True, slots=True)
class Connection:
    """A user's connection to LinkedIn; times are aware, UTC."""

    state: ConnectionState
    linkedin_id: str = ""
    scopes: tuple[str, ...] = ()
    token_expires_at: datetime | None = None
    reason: str = ""
    """Why it has to be connected again."""
    connected_at: datetime | None = None
    retry_at: datetime | None = None
    """While it rests: when LinkedIn is asked again."""

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `get_connection`."""
        if not row["is_active"] or row["is_valid"] is None:
            return cls(ConnectionState.DISCONNECTED)
        reason = _reconnect_reason(row)
        return cls(
            _state(row, reason),
            row["linkedin_id"],
            tuple(row["scopes"]),
            row["expires_at"],
            reason,
            row["connected_at"],
            row["resting_until"],
        )


def _state(row: Row, reason: str) -> ConnectionState:
    if reason:
        return ConnectionState.NEEDS_RECONNECT
    return ConnectionState.RESTING if row["resting_until"] else ConnectionState.CONNECTED


def _reconnect_reason(row: Row) -> str:
    if not row["is_valid"]:
        return row["invalid_reason"] or "INVALID_ACCESS_TOKEN"
    return "EXPIRED_ACCESS_TOKEN" if row["is_expired"] else ""


@dataclass(frozen=True, slots=True)
class Profile:
    """A member's profile, as far as LinkedIn lets us read it."""

    linkedin_id: str
    name: str | None
    headline: str | None
    industry: str | None
    location: str | None
    profile_url: str | None
    profile_picture_url: str | None
    connections_count: int
    followers_count: int
    last_sync_at: datetime | None

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `get_profile`."""
        return cls(**row)


@dataclass(frozen=True, slots=True)
class SealedTokens:
    """A member's tokens under a data key of their own, which a master key wraps."""

    access_token_ct: bytes
    access_token_nonce: bytes
    data_key: bytes
    key_id: str
    refresh_token_ct: bytes | None = None
    refresh_token_nonce: bytes | None = None


@dataclass(frozen=True, slots=True)
class TokenVersion:
    """Names one token for ever: its row, which ends with the connection, and its number there."""

    row_id: UUID
    number: int

    def __str__(self) -> str:
        """A word for keys that must not be met twice."""
        return f"{self.row_id}.{self.number}"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What acting as a member needs. `version` names the token that it is."""

    linkedin_id: str
    tokens: SealedTokens
    version: TokenVersion

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `get_credentials`."""
        tokens = SealedTokens(
            row["access_token_ct"], row["access_token_nonce"], row["data_key"], row["key_id"]
        )
        return cls(row["linkedin_id"], tokens, TokenVersion(row["token_id"], row["version"]))
