"""A webhook's secrets, sealed for their column and webhook."""

from uuid import UUID

from services.kernel.crypto import Keys, Sealed, context

SECRET = "secret"  # noqa: S105 - a column
PREVIOUS = "previous_secret"


class SecretVault:
    """Seals and opens them."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def seal(self, column: str, webhook_id: UUID, secret: bytes) -> Sealed:
        """Seal a secret for SECRET or PREVIOUS of one webhook."""
        return self._keys.seal(secret, _place(column, webhook_id))

    def open(self, column: str, webhook_id: UUID, sealed: Sealed) -> bytes:
        """Open what was sealed there. Raises CryptoError."""
        return self._keys.open(sealed, _place(column, webhook_id))


def _place(column: str, webhook_id: UUID) -> bytes:
    return context(f"webhooks.{column}", webhook_id)
