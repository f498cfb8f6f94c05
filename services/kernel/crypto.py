"""Sealing stored secrets (AES-256-GCM) and hashing stored tokens (HMAC-SHA-256).

Every ciphertext and hash names its key, so that keys can be rotated; the first key of a list is
used for new values. A ciphertext is bound to its column and user: moved elsewhere it does not open.
"""

import hmac
import os
import secrets
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.kernel.config import CryptoSettings
from services.kernel.config_group import KEY_BYTES

NONCE_BYTES = 12


class CryptoError(Exception):
    """A sealed value does not open: wrong place, wrong key, or altered. Treat as an incident."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed value, as the columns `x_ct`, `x_nonce`, `x_key_id`."""

    ciphertext: bytes
    nonce: bytes
    key_id: str


@dataclass(frozen=True, slots=True)
class TokenHash:
    """A token's keyed hash: 32 bytes, and the key it was made with."""

    digest: bytes
    key_id: str


def context(column: str, owner: object) -> bytes:
    """The associated data that binds a ciphertext to `table.column` and its owner's id."""
    return f"{column}|{owner}".encode()


class Keys:
    """The process's keys."""

    def __init__(self, crypto: CryptoSettings) -> None:
        self._encryption = {key.id: key.raw() for key in crypto.encryption_keys}
        self._hash = {key.id: key.raw() for key in crypto.hash_keys}

    @property
    def first_key_id(self) -> str:
        """The id of the key that seals. Raises CryptoError when none is configured."""
        return _first(self._encryption)[0]

    def seal(self, plaintext: bytes, associated: bytes) -> Sealed:
        """Seal under the first encryption key; `associated` comes from `context`."""
        key_id, key = _first(self._encryption)
        nonce = os.urandom(NONCE_BYTES)
        return Sealed(AESGCM(key).encrypt(nonce, plaintext, associated), nonce, key_id)

    def open(self, sealed: Sealed, associated: bytes) -> bytes:
        """Open a sealed value. Raises CryptoError when it is not what was sealed there."""
        key = self._encryption.get(sealed.key_id)
        if key is None:
            raise CryptoError(f"no encryption key {sealed.key_id!r}")
        return _decrypt(key, sealed.nonce, sealed.ciphertext, associated)

    def wrap_data_key(self, data_key: bytes, associated: bytes) -> tuple[bytes, str]:
        """Seal a data key: nonce and ciphertext in one value, and the master key's id."""
        sealed = self.seal(data_key, associated)
        return sealed.nonce + sealed.ciphertext, sealed.key_id

    def unwrap_data_key(self, wrapped: bytes, key_id: str, associated: bytes) -> bytes:
        """Open what `wrap_data_key` made. Raises CryptoError."""
        sealed = Sealed(wrapped[NONCE_BYTES:], wrapped[:NONCE_BYTES], key_id)
        return self.open(sealed, associated)

    def hash_token(self, token: str) -> TokenHash:
        """Hash a token for storing."""
        key_id, key = _first(self._hash)
        return TokenHash(hmac.digest(key, token.encode(), sha256), key_id)

    def token_hashes(self, token: str) -> list[bytes]:
        """A presented token's hash under every key, for looking it up during a rotation."""
        return [hmac.digest(key, token.encode(), sha256) for key in self._hash.values()]

    def mac(self, purpose: str, value: bytes) -> bytes:
        """A keyed digest of 32 bytes for a purpose of its own, such as page tokens."""
        _, key = _first(self._hash)
        return _mac(key, purpose, value)

    def macs(self, purpose: str, value: bytes) -> list[bytes]:
        """The same under every key, for checking during a rotation."""
        return [_mac(key, purpose, value) for key in self._hash.values()]


def new_data_key() -> bytes:
    """A random key for `encrypt_with`."""
    return AESGCM.generate_key(KEY_BYTES * 8)


def encrypt_with(data_key: bytes, plaintext: bytes, associated: bytes) -> tuple[bytes, bytes]:
    """Encrypt under a data key: ciphertext and nonce."""
    nonce = os.urandom(NONCE_BYTES)
    return AESGCM(data_key).encrypt(nonce, plaintext, associated), nonce


def decrypt_with(data_key: bytes, ciphertext: bytes, nonce: bytes, associated: bytes) -> bytes:
    """Decrypt what `encrypt_with` made. Raises CryptoError."""
    return _decrypt(data_key, nonce, ciphertext, associated)


def new_token() -> str:
    """A random token of 256 bits, URL-safe."""
    return secrets.token_urlsafe(32)


def _mac(key: bytes, purpose: str, value: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + value, sha256)


def _decrypt(key: bytes, nonce: bytes, ciphertext: bytes, associated: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, associated)
    except (InvalidTag, ValueError) as refused:
        raise CryptoError("a sealed value does not open") from refused


def _first(keys: dict[str, bytes]) -> tuple[str, bytes]:
    try:
        return next(iter(keys.items()))
    except StopIteration:
        raise CryptoError(
            "no key is configured (CRYPTO_ENCRYPTION_KEYS, CRYPTO_HASH_KEYS)"
        ) from None
