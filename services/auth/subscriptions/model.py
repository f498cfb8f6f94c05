"""What a subscription is."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Subscription:
    """What an account has paid for, as an administrator sets it."""

    tier: str
    """free, basic, premium or enterprise."""
    status: str
    """active, cancelled, suspended or trial."""
    expires_at: datetime | None
    """When it ends; None when it does not."""
