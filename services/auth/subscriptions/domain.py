"""What subscriptions allow."""

from dataclasses import dataclass
from uuid import UUID

from services.auth.errors import UserNotFound
from services.auth.subscriptions import store
from services.auth.subscriptions.tiers import LIMITS
from services.kernel.db import Database, Transaction


async def limit(source: Database | Transaction, user_id: UUID, name: str) -> int:
    """How many of `name` (such as `api_keys`) the account may have; -1 is without limit.

    Raises UserNotFound, also for an account that is switched off.
    """
    return LIMITS[await effective_tier(source, user_id)][name]


async def effective_tier(source: Database | Transaction, user_id: UUID) -> str:
    """What the subscription is worth now: free once it has ended. Raises UserNotFound."""
    tier = await store.effective_tier(source, user_id)
    if tier is None:
        raise UserNotFound
    return tier


@dataclass(frozen=True, slots=True)
class Entitlements:
    """Answers what users may do."""

    db: Database

    async def of(self, user_id: UUID) -> tuple[str, dict[str, int]]:
        """The tier that counts now, and its limits by name. Raises UserNotFound."""
        tier = await effective_tier(self.db, user_id)
        return tier, dict(LIMITS[tier])
