"""What the rules about API keys work on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key's record, without the key."""

    api_key_id: UUID
    name: str
    prefix: str
    """How the key begins."""
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    """Give or take five minutes; None for never."""
    expires_at: datetime
    revoked_at: datetime | None
