"""Says where sealed values are stored and what they are bound to."""

from dataclasses import dataclass

from services.kernel.crypto import NONCE_BYTES, Keys, Sealed, context


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One kind of sealed value: `x` is kept as `x_ct`, `x_nonce`, and the id of its key.

    A data key is kept as `x` alone, nonce first, as `Keys.wrap_data_key` returns it.
    """

    table: str
    name: str
    owner: str = "id"
    """The column whose value the ciphertext is bound to."""
    key_id: str = ""
    """The column that names the key; `x_key_id` when empty."""
    bound_as: str = ""
    """The `table.column` that it was sealed as; its own when empty."""
    is_data_key: bool = False

    @property
    def ciphertext_column(self) -> str:
        """Where the ciphertext is."""
        return self.name if self.is_data_key else f"{self.name}_ct"

    @property
    def nonce_column(self) -> str | None:
        """Where the nonce is; None when it stands before the ciphertext."""
        return None if self.is_data_key else f"{self.name}_nonce"

    @property
    def key_id_column(self) -> str:
        """Where the id of the key is."""
        return self.key_id or f"{self.name}_key_id"

    def resealed(self, keys: Keys, sealed: Sealed, owner: str) -> Sealed:
        """The same value under the first key. Raises CryptoError.

        A data key's nonce is within the ciphertext, before and after.
        """
        associated = context(self.bound_as or f"{self.table}.{self.name}", owner)
        if not self.is_data_key:
            return keys.seal(keys.open(sealed, associated), associated)
        data_key = keys.unwrap_data_key(sealed.ciphertext, sealed.key_id, associated)
        wrapped, key_id = keys.wrap_data_key(data_key, associated)
        return Sealed(wrapped, wrapped[:NONCE_BYTES], key_id)


SHARED = (SealedColumn("outbox", "secret"),)
"""In the tables that every service has."""
