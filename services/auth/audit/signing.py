"""The keys that seals are signed with: Ed25519, from CRYPTO_AUDIT_KEYS."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.kernel.config import CryptoSettings, Key
from services.kernel.crypto import CryptoError

_DOMAIN = b"inergize audit seal\0"


class SealKeys:
    """Signs with the first key, knows the signatures of all."""

    def __init__(self, crypto: CryptoSettings) -> None:
        """Read the keys. Raises ValueError naming one that is not 32 bytes of base64."""
        self._keys = {key.id: _private_key(key) for key in crypto.audit_keys}

    @property
    def signing_key_id(self) -> str:
        """The id of the key that signs. Raises CryptoError when there is none."""
        for key_id in self._keys:
            return key_id
        raise CryptoError("no key is configured (CRYPTO_AUDIT_KEYS)")

    def sign(self, seal_hash: bytes) -> bytes:
        """The signature of a seal under the first key. Raises CryptoError."""
        return self._keys[self.signing_key_id].sign(_DOMAIN + seal_hash)

    def is_known(self, key_id: str) -> bool:
        """Whether signatures under this key can be checked."""
        return key_id in self._keys

    def is_genuine(self, key_id: str, seal_hash: bytes, signature: bytes) -> bool:
        """Whether the signature is the named key's."""
        try:
            self._keys[key_id].public_key().verify(signature, _DOMAIN + seal_hash)
        except InvalidSignature:
            return False
        return True


def _private_key(key: Key) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(key.raw())
