"""JSON Web Tokens signed with Ed25519 (`alg` EdDSA), and nothing else.

Small on purpose: one algorithm, one signature check, no header that could name a key elsewhere.
Source: RFC 7519, RFC 8037, RFC 8725 (fixed algorithm, explicit types, distinct audiences).
"""

import base64
import binascii
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALGORITHM = "EdDSA"
ALLOWED_HEADERS = {"alg", "typ", "kid"}
CLOCK_SKEW_SECONDS = 5
SEGMENTS = 3


class TokenError(Exception):
    """The token is not acceptable."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A well-formed token whose signature has not been checked yet."""

    key_id: str
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes


def sign(key: Ed25519PrivateKey, header: Mapping[str, str], claims: Mapping[str, Any]) -> str:
    """Sign claims; `header` gives `typ` and `kid`."""
    signed = f"{_segment({'alg': ALGORITHM, **header})}.{_segment(claims)}"
    return f"{signed}.{_encode(key.sign(signed.encode()))}"


def parse(token: str, typ: str) -> Parsed:
    """Take a token apart. Raises TokenError unless it is EdDSA, of type `typ`, and plain.

    Headers such as jku, x5u, jwk and crit are refused whatever they hold.
    """
    segments = token.split(".")
    if len(segments) != SEGMENTS:
        raise TokenError("malformed")
    header, claims = _object(segments[0]), _object(segments[1])
    if header.get("alg") != ALGORITHM or header.get("typ") != typ:
        raise TokenError("algorithm or type")
    if not ALLOWED_HEADERS.issuperset(header) or not isinstance(header.get("kid"), str):
        raise TokenError("header")
    signed = f"{segments[0]}.{segments[1]}".encode()
    return Parsed(header["kid"], claims, signed, _decode(segments[2]))


def verify(parsed: Parsed, key: Ed25519PublicKey) -> None:
    """Check the signature. Raises TokenError."""
    try:
        key.verify(parsed.signature, parsed.signed)
    except InvalidSignature:
        raise TokenError("signature") from None


def check_claims(claims: Mapping[str, Any], *, issuer: str, audience: str) -> Mapping[str, Any]:
    """Check iss, aud, exp, iat, nbf if there, and sub. Raises TokenError; returns the claims."""
    now = time.time()
    if claims.get("iss") != issuer or claims.get("aud") != audience:
        raise TokenError("issuer or audience")
    expires: Any = claims.get("exp")
    issued: Any = claims.get("iat")
    begins: Any = claims.get("nbf", issued)
    if not all(type(at) is int for at in (expires, issued, begins)):  # True is an int besides
        raise TokenError("times")
    if expires <= now or max(issued, begins) > now + CLOCK_SKEW_SECONDS:
        raise TokenError("expired or from the future")
    if not isinstance(claims.get("sub"), str):
        raise TokenError("subject")
    return claims


def _segment(value: Mapping[str, Any]) -> str:
    return _encode(json.dumps(value, separators=(",", ":")).encode())


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(segment: str) -> bytes:
    try:
        return base64.b64decode(segment + "=" * (-len(segment) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise TokenError("encoding") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object whose names differ: of a name that is there twice, readers pick either."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found


def _object(segment: str) -> dict[str, Any]:
    try:
        value = json.loads(_decode(segment), object_pairs_hook=_unique)
    except (ValueError, RecursionError):  # the latter for a thousand brackets within each other
        raise TokenError("JSON") from None
    if not isinstance(value, dict):
        raise TokenError("JSON object")
    return value
