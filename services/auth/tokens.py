"""The tokens that are not JWTs: refresh tokens and invitations."""

import base64
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.auth.errors import RefreshTokenInvalid
from services.kernel.crypto import Keys

SEED_BYTES = 32
INVITATION = "invitation"
INVITATION_LIFE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What a refresh token says of itself; nothing is proved yet."""

    session_id: UUID
    generation: int


def new_seed() -> bytes:
    """What one session's refresh tokens are derived from."""
    return secrets.token_bytes(SEED_BYTES)


def refresh_token(session_id: UUID, generation: int, seed: bytes) -> str:
    """The refresh token of one generation: `<session id>.<generation>.<HMAC(seed, generation)>`.

    Derived, so that a repeated refresh gets the same child although only hashes are stored.
    """
    mac = hmac.digest(seed, str(generation).encode(), "sha256")
    return f"{session_id}.{generation}.{_encode(mac)}"


def parse_refresh_token(token: str) -> RefreshToken:
    """Take a refresh token apart. Raises RefreshTokenInvalid unless it has the right form."""
    try:
        session_id, generation, _ = token.split(".")
        return RefreshToken(UUID(session_id), int(generation))
    except ValueError:
        raise RefreshTokenInvalid from None


def is_genuine(token: str, parsed: RefreshToken, seed: bytes) -> bool:
    """Whether the token is, letter for letter, the one that the seed gives."""
    expected = refresh_token(parsed.session_id, parsed.generation, seed)
    return hmac.compare_digest(expected.encode(), token.encode())


def invitation(keys: Keys, email: str, life: timedelta = INVITATION_LIFE) -> str:
    """An invitation to register with this address: `<unix time of its end>.<MAC>`.

    Good once by its nature: after the registration the address is taken.
    """
    ends_at = int(time.time() + life.total_seconds())
    return f"{ends_at}.{_encode(keys.mac(INVITATION, _invited(email, ends_at)))}"


def is_invited(keys: Keys, email: str, given: str) -> bool:
    """Whether `given` invites this address now."""
    words = given.split(".")
    if len(words) != 2 or not (words[0].isascii() and words[0].isdecimal()):
        return False
    ends_at = int(words[0])
    genuine = keys.macs(INVITATION, _invited(email, ends_at))
    is_ours = any(hmac.compare_digest(_encode(mac).encode(), words[1].encode()) for mac in genuine)
    return is_ours and time.time() < ends_at


def _invited(email: str, ends_at: int) -> bytes:
    return f"{email.lower()}|{ends_at}".encode()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
