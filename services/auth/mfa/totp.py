"""Codes of authenticator apps (RFC 6238): six digits, SHA-1, thirty seconds, as the apps expect."""

import base64
import hmac
import io
import secrets

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

SECRET_BYTES = 20
"""As long as SHA-1's result (RFC 4226, section 4)."""
DIGITS = 6
STEP_SECONDS = 30
TOLERANCE_STEPS = 1
"""A clock may be half a minute wrong, and typing takes a moment (RFC 6238, section 5.2)."""
QR_SCALE = 6


def new_secret() -> bytes:
    """What app and server share."""
    return secrets.token_bytes(SECRET_BYTES)


def code_at(secret: bytes, unix_time: int, digits: int = DIGITS) -> str:
    """The code of the time step that a moment lies in."""
    return _generator(secret, digits).generate(unix_time).decode()


def matching_step(secret: bytes, code: str, at: float) -> int | None:
    """The number of the time step whose code it is, near the unix time `at`; None for a wrong code.

    Every candidate is compared, in constant time, so that a match tells nothing by its speed.
    """
    present = int(at) // STEP_SECONDS
    found = None
    for step in range(present - TOLERANCE_STEPS, present + TOLERANCE_STEPS + 1):
        expected = code_at(secret, step * STEP_SECONDS)
        if hmac.compare_digest(expected.encode(), code.encode()):
            found = step
    return found


def as_base32(secret: bytes) -> str:
    """The secret as people type it."""
    return base64.b32encode(secret).decode()


def otpauth_uri(secret: bytes, account: str, issuer: str) -> str:
    """The link that authenticator apps read from a QR code."""
    return _generator(secret, DIGITS).get_provisioning_uri(account, issuer)


def qr_png(uri: str) -> bytes:
    """The link as a QR code. Takes some milliseconds of one core: call it beside the loop."""
    picture = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(picture, kind="png", scale=QR_SCALE)
    return picture.getvalue()


def _generator(secret: bytes, digits: int) -> TOTP:
    return TOTP(secret, digits, SHA1(), STEP_SECONDS)  # noqa: S303 - HMAC-SHA-1 is what the apps know
