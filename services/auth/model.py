"""What Auth's rules work on."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

from services.kernel.callers import SessionFacts
from services.kernel.crypto import Sealed

ETAG_DIGITS = 24


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
    password_changed_at: datetime | None
    has_failures: bool
    """Administrators are shown failures of strangers, which the next sign-in wipes out."""
    has_second_factor: bool
    """Whether the password alone begins no session."""

    @property
    def may_sign_in(self) -> bool:
        """Whether a right password is enough, as far as the account goes."""
        return self.is_active and self.is_verified


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
    phone: str | None
    pending_email: str | None
    is_mfa_enabled: bool
    erasure_at: datetime | None
    """When the erasure begins; None unless it was asked for."""

    @property
    def etag(self) -> str:
        """Changes whenever something does that the user may change."""
        said = (
            *(self.email, self.pending_email, self.first_name, self.last_name, self.time_zone),
            *(self.language, self.avatar_url, self.phone, str(self.erasure_at)),
        )
        return sha256(repr(said).encode()).hexdigest()[:ETAG_DIGITS]


Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Device:
    """Where a sign-in came from, as far as it says."""

    name: str
    address: Address | None
    user_agent: str
    known_id: UUID | None = None
    """The known device that it is by its token; a stranger's has none."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody who signs in says."""

    email: str
    password: str
    device_token: str


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
    address: Address | None
    """Where it is used from, as far as that is known."""
    strange_generation: int | None
    """The generation whose predecessor was last repeated from another network."""


@dataclass(frozen=True, slots=True)
class SessionTokens:
    """What a signed-in client holds."""

    session_id: UUID
    access_token: str
    access_token_expires_at: datetime
    refresh_token: str
    refresh_token_expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a sign-in gives."""

    tokens: SessionTokens
    device_token: str


@dataclass(frozen=True, slots=True)
class Administrator:
    """An account that has become an administrator's."""

    user_id: UUID
    is_new: bool
