"""Keeps LinkedIn's tokens: the only place where they are encrypted and opened.

Each member's tokens are under a data key of their own, so that changing the master key re-wraps 32
bytes and leaves the tokens alone. All is bound to column and user: moved, it does not open.
"""

from uuid import UUID

from services.kernel.crypto import Keys, context, decrypt_with, encrypt_with, new_data_key
from services.profile.linkedin.model import TokenSet
from services.profile.model import SealedTokens

ACCESS_TOKEN = "linkedin_tokens.access_token"  # noqa: S105 - columns, not secrets
REFRESH_TOKEN = "linkedin_tokens.refresh_token"  # noqa: S105
DATA_KEY = "linkedin_tokens.data_key"


class Vault:
    """Seals and opens tokens with the process's keys."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def seal(self, user_id: UUID, tokens: TokenSet) -> SealedTokens:
        """Seal a member's tokens under a new data key."""
        data_key = new_data_key()
        wrapped, key_id = self._keys.wrap_data_key(data_key, context(DATA_KEY, user_id))
        access = _encrypt(data_key, ACCESS_TOKEN, user_id, tokens.access_token)
        refresh: tuple[bytes | None, bytes | None] = (None, None)
        if tokens.refresh_token is not None:
            refresh = _encrypt(data_key, REFRESH_TOKEN, user_id, tokens.refresh_token)
        return SealedTokens(*access, wrapped, key_id, *refresh)

    def access_token(self, user_id: UUID, sealed: SealedTokens) -> str:
        """Open a member's access token. Raises CryptoError when it is not what was sealed there."""
        data_key = self._data_key(user_id, sealed)
        return _decrypt(
            data_key, ACCESS_TOKEN, user_id, sealed.access_token_ct, sealed.access_token_nonce
        )

    def refresh_token(self, user_id: UUID, sealed: SealedTokens) -> str:
        """Open a member's refresh token, which must be there. Raises CryptoError."""
        if sealed.refresh_token_ct is None or sealed.refresh_token_nonce is None:
            raise ValueError("there is no refresh token")
        data_key = self._data_key(user_id, sealed)
        return _decrypt(
            data_key, REFRESH_TOKEN, user_id, sealed.refresh_token_ct, sealed.refresh_token_nonce
        )

    def tokens(self, user_id: UUID, sealed: SealedTokens) -> list[str]:
        """Open all that is there, the refresh token first. Raises CryptoError."""
        access = self.access_token(user_id, sealed)
        if sealed.refresh_token_ct is None:
            return [access]
        return [self.refresh_token(user_id, sealed), access]

    def _data_key(self, user_id: UUID, sealed: SealedTokens) -> bytes:
        return self._keys.unwrap_data_key(
            sealed.data_key, sealed.key_id, context(DATA_KEY, user_id)
        )


def _encrypt(data_key: bytes, column: str, user_id: UUID, token: str) -> tuple[bytes, bytes]:
    return encrypt_with(data_key, token.encode(), context(column, user_id))


def _decrypt(data_key: bytes, column: str, user_id: UUID, ciphertext: bytes, nonce: bytes) -> str:
    return decrypt_with(data_key, ciphertext, nonce, context(column, user_id)).decode()
