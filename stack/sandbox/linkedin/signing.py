"""The key that signs ID tokens, with RS256: made at its first use and kept."""

import base64
import hashlib
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from stack.sandbox.linkedin.database import Database

_KEY_BITS = 2048


def sign(database: Database, content: bytes) -> bytes:
    """The signature (RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518) of `content`."""
    return _key(database).sign(content, padding.PKCS1v15(), hashes.SHA256())


def public_key(database: Database) -> dict[str, Any]:
    """The public half as a JSON Web Key (RFC 7517)."""
    numbers = _key(database).public_key().public_numbers()
    modulus = _integer(numbers.n)
    kid = hashlib.sha256(modulus.encode()).hexdigest()[:32]
    return {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": kid,
        "n": modulus,
        "e": _integer(numbers.e),
    }


def encode(content: bytes) -> str:
    """Base64url without padding, as JOSE has it."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _key(database: Database) -> rsa.RSAPrivateKey:
    row = database.one("get_signing_key")
    if row is not None:
        key = serialization.load_pem_private_key(row["pem"].encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey), "only such keys are stored"
        return key
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    database.run("add_signing_key", pem=pem.decode())
    return key


def _integer(number: int) -> str:
    return encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))
