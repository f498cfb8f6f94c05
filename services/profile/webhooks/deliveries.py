"""What webhooks were told, as their owners read and replay it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.kernel.crypto import Keys
from services.kernel.db import Database
from services.kernel.paging import PageTokens, Position
from services.profile.webhooks import store
from services.profile.webhooks.domain import check_active, check_event_types
from services.profile.webhooks.model import Delivery, DeliveryState

REPLAYED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The deliveries of all webhooks."""

    db: Database
    keys: Keys

    async def page(
        self,
        user_id: UUID,
        webhook_id: UUID,
        *,
        states: Collection[DeliveryState],
        event_types: Collection[str],
        size: int,
        page_token: str,
    ) -> tuple[list[Delivery], str]:
        """A page, newest first, and the token of the next one.

        Raises WebhookNotFound, EventTypeUnknown, PageTokenInvalid.
        """
        check_event_types(event_types)
        tokens = PageTokens(self.keys, f"profile.webhook_deliveries.{webhook_id}")
        after = tokens.after(user_id, page_token)
        webhook = await store.get_webhook(self.db, user_id, webhook_id)
        found = await store.list_deliveries(
            self.db,
            webhook,
            states=states,
            event_types=event_types,
            after=after,
            limit=size + 1,
        )
        return tokens.cut(
            user_id, found, size, lambda last: Position(last.created_at, last.delivery_id)
        )

    async def get(self, user_id: UUID, webhook_id: UUID, delivery_id: UUID) -> Delivery:
        """One delivery. Raises DeliveryNotFound."""
        return await store.get_delivery(self.db, user_id, webhook_id, delivery_id)

    async def replay(self, user_id: UUID, webhook_id: UUID, delivery_id: UUID) -> Delivery:
        """Have it sent again, under the same id; one that is being sent is left to that.

        Raises WebhookNotFound, DeliveryNotFound, WebhookDisabled.
        """
        async with self.db.transaction() as tx:
            webhook = await store.lock_webhook(tx, user_id, webhook_id)
            check_active(webhook)
            await store.replay_delivery(tx, webhook, delivery_id)
            return await store.get_delivery(tx, user_id, webhook_id, delivery_id)

    async def replay_missed(self, user_id: UUID, webhook_id: UUID, since: datetime) -> int:
        """Have everything sent that did not arrive and happened since then; returns how many.

        Raises WebhookNotFound, WebhookDisabled.
        """
        replayed = 0
        while True:
            async with self.db.transaction() as tx:
                webhook = await store.lock_webhook(tx, user_id, webhook_id)
                check_active(webhook)
                some = await store.replay_missed(tx, webhook, since, REPLAYED_AT_ONCE)
            replayed += some
            if some < REPLAYED_AT_ONCE:
                return replayed
