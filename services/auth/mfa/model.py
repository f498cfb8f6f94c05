"""What the rules about second factors work on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.auth.model import SessionTokens
from services.kernel.crypto import Sealed

Kind = Literal["totp", "sms", "email"]
"""A method that can be set up."""
Way = Literal["totp", "sms", "email", "backup_code"]
"""A way to answer a challenge."""
BEST_FIRST: tuple[Kind, ...] = ("totp", "sms", "email")
SENDING = frozenset({"sms", "email"})
"""Methods whose code we send."""


@dataclass(frozen=True, slots=True)
class Method:
    """A user's second factor."""

    method_id: UUID
    kind: Kind
    is_enabled: bool
    phone_number: str
    """Where an SMS goes; empty for the other kinds."""
    created_at: datetime
    secret: Sealed | None = field(repr=False)
    """An authenticator app's; the other kinds have none."""
    backup_codes: Sequence[str | None] = field(repr=False)
    """Hashes by position; None where a code was used. One method of a user holds them."""

    @property
    def backup_codes_left(self) -> int:
        """How many backup codes can still be used."""
        return sum(code is not None for code in self.backup_codes)


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge as whoever must answer it sees it."""

    token: str = field(repr=False)
    ways: Sequence[Way]
    """Ways to answer it, the best first."""
    sent_by: Kind | None
    """How a code went out just now."""
    sent_to: str
    """Where, masked."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenChallenge:
    """A challenge's row, locked, without what proves anything."""

    challenge_id: UUID
    user_id: UUID
    sends: int
    last_sent_seconds: float
    """How long ago the last code was sent."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Try:
    """A counted try at a challenge, not compared yet."""

    challenge_id: UUID
    user_id: UUID
    session_id: UUID | None
    """The session to prove; None where one is to begin."""
    code_hash: bytes | None = field(repr=False)
    sent_by: Kind | None
    method_id: UUID | None
    device_name: str
    device_id: UUID | None
    """The known device that signed in."""
    at: float
    """The database's unix time."""
    methods: Sequence[Method] = ()
    """The user's methods that may answer it."""
    in_a_row: int = 0
    """How many of the user's tries since the last right one, with this one."""

    def method(self, kind: str) -> Method | None:
        """The method of a kind."""
        return next((method for method in self.methods if method.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Proof:
    """A code that was found right, and what using it up will touch."""

    way: Way
    method: Method
    totp_step: int | None = None
    backup_position: int | None = None


@dataclass(frozen=True, slots=True)
class Completed:
    """What a completed challenge led to."""

    tokens: SessionTokens
    """A new session's; or the next ones of a running session, whose user was proved again."""
    backup_codes_left: int = 0
    """Present when one was used."""
    device_token: str = field(default="", repr=False)
    """With a new session: what makes its device known."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A method that has been begun, and what an authenticator app needs once."""

    method: Method
    sent_to: str
    otpauth_uri: str = field(default="", repr=False)
    qr_png: bytes = field(default=b"", repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A method that has been switched on."""

    method: Method
    sent_to: str
    backup_codes: Sequence[str] = field(default=(), repr=False)
    """With the first method only."""
