"""Accounts as administrators see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.auth.model import User


@dataclass(frozen=True, slots=True)
class ManagedUser:
    """An account, switched off or not."""

    user: User
    is_active: bool
    failed_logins: int
    """Wrong passwords since the last right one."""
    locked_until: datetime | None
    """Until when strangers cannot try; None when they can."""


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which accounts are asked for."""

    email_prefix: str = ""
    tiers: Sequence[str] = ()
    """All when empty."""
    only_suspended: bool = False
