"""What Auth's rules work on."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

from services.kernel.callers import SessionFacts
from services.kernel.crypto import Sealed


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What a person who registers says."""

    email: str
    password: str
    first_name: str
    last_name: str
    time_zone: str
    language: str


@dataclass(frozen=True, slots=True)
class Registered:
    """What the answer to a registration holds, whether or not the address was taken."""

    user_id: UUID
    registration_token: str


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who a mail goes to."""

    user_id: UUID
    email: str
    first_name: str
    language: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signing in checks."""

    user_id: UUID
    password_hash: str
    is_active: bool
    is_verified: bool


@dataclass(frozen=True, slots=True)
class User:
    """An account, without anything secret."""

    user_id: UUID
    email: str
    first_name: str
    last_name: str
    subscription_tier: str
    subscription_status: str
    subscription_expires_at: datetime | None
    is_linkedin_connected: bool
    time_zone: str
    language: str
    avatar_url: str | None
    is_verified: bool
    role: str
    last_login_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Device:
    """Where a sign-in came from, as far as it says."""

    name: str
    address: IPv4Address | IPv6Address | None
    user_agent: str


@dataclass(frozen=True, slots=True)
class Session:
    """A session in its present generation, as of the transaction that read or began it."""

    session_id: UUID
    user_id: UUID
    family_id: UUID
    generation: int
    at: datetime
    """The database's time now."""
    issued_at: datetime
    """When the present generation began: the `iat` of its access token."""
    idle_expires_at: datetime
    """When it ends unless refreshed; never after `expires_at`."""
    expires_at: datetime
    seed: Sealed
    """What its refresh tokens are derived from."""
    facts: SessionFacts

    @property
    def life_seconds(self) -> int:
        """How long it lasts from now unless refreshed."""
        return int((self.idle_expires_at - self.at).total_seconds())


@dataclass(frozen=True, slots=True)
class HeldSession:
    """A session whose row is locked, and what decides about a refresh."""

    session: Session
    refresh_token_hash: bytes
    is_live: bool
    """Neither revoked nor expired, and the account is active."""
    is_just_rotated: bool
    """The present generation began so lately that its predecessor may be repeated."""


@dataclass(frozen=True, slots=True)
class SessionTokens:
    """What a signed-in client holds."""

    session_id: UUID
    access_token: str
    access_token_expires_at: datetime
    refresh_token: str
    refresh_token_expires_at: datetime


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A signing key as its row holds it."""

    key_id: str
    x: str
    """The public key, base64url (RFC 8037)."""
    private: Sealed
    is_signing: bool
    """Whether new tokens may be signed with it now."""


@dataclass(frozen=True, slots=True)
class Administrator:
    """An account that has become an administrator's."""

    user_id: UUID
    is_new: bool
