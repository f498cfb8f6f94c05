"""What Profile knows: preferences, a connection, a member's profile, an attempt."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Self
from uuid import UUID

from services.kernel.db import Row
from services.profile.linkedin_model import Visibility


def member_urn(linkedin_id: str) -> str:
    """A member as author or actor. The id is LinkedIn's for our application alone."""
    return f"urn:li:person:{linkedin_id}"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a user wants done; the defaults are those of the table."""

    notification_email: bool = True
    notification_push: bool = True
    auto_sync_linkedin: bool = True
    optimal_posting_enabled: bool = True
    automation_enabled: bool = False
    ai_suggestions_enabled: bool = True
    benchmark_consent: bool = False
    privacy_level: str = "standard"
    """minimal, standard or enhanced."""
    version: int = 1

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `get_preferences`."""
        return cls(**row)


class ConnectionState(StrEnum):
    """Where a connection stands."""

    DISCONNECTED = "disconnected"
    CONNECTED = "connected"
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

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `get_connection`."""
        if not row["is_active"] or row["is_valid"] is None:
            return cls(ConnectionState.DISCONNECTED)
        reason = _reconnect_reason(row)
        return cls(
            ConnectionState.NEEDS_RECONNECT if reason else ConnectionState.CONNECTED,
            row["linkedin_id"],
            tuple(row["scopes"]),
            row["expires_at"],
            reason,
            row["connected_at"],
        )


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
class Credentials:
    """What acting as a member needs. `version` names the token in the row it came from."""

    linkedin_id: str
    tokens: SealedTokens
    version: int

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `get_credentials`."""
        tokens = SealedTokens(
            row["access_token_ct"], row["access_token_nonce"], row["data_key"], row["key_id"]
        )
        return cls(row["linkedin_id"], tokens, row["version"])


@dataclass(frozen=True, slots=True)
class PublishPost:
    """Publish a text post."""

    text: str = field(repr=False)
    visibility: Visibility
    author_urn: str
    """The connected member when empty."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at one action, as Automation's ledger names it."""

    attempt_id: UUID
    user_id: UUID
    action: PublishPost

    @property
    def request_hash(self) -> bytes:
        """SHA-256 over what is to be done; another action cannot pass under the same id."""
        named = {type(self.action).__name__: asdict(self.action)}
        return sha256(json.dumps(named, sort_keys=True).encode()).digest()


class AttemptState(StrEnum):
    """What is known of an attempt."""

    SENDING = "sending"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known after an attempt; `status_code` 0 means that LinkedIn gave no answer."""

    state: AttemptState
    remote_id: str = ""
    status_code: int = 0
    error_code: str = ""
    error_message: str = ""
    retry_at: datetime | None = None

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of `get_attempt`."""
        return cls(
            AttemptState(row["state"]),
            row["remote_id"] or "",
            row["status_code"] or 0,
            row["error_code"] or "",
        )
