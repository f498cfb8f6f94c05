"""What the rules about signing keys work on."""

from dataclasses import dataclass
from datetime import datetime

from services.kernel.crypto import Sealed


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A signing key as its row holds it."""

    key_id: str
    x: str
    """The public key, base64url (RFC 8037)."""
    private: Sealed
    has_begun: bool
    """Whether it may sign; the newest that may does."""
    not_before: datetime
    retire_at: datetime | None
    """When the last token it has signed is over; None while it has no successor."""
