"""Webhooks in PostgreSQL: one function per query."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from services.kernel import sql
from services.kernel.crypto import Sealed
from services.kernel.db import Database, Row, Transaction, constraint_errors
from services.kernel.paging import Position
from services.profile.errors import UserNotFound
from services.profile.webhooks.errors import DeliveryNotFound, WebhookNotFound
from services.profile.webhooks.model import (
    Delivery,
    DeliveryState,
    DisabledReason,
    Wanted,
    Webhook,
)

QUERIES = sql.beside(__file__)


async def add_deliveries(
    tx: Transaction, user_id: UUID, event_type: str, body: Mapping[str, object], dedupe_key: str
) -> None:
    """Tell the user's webhooks of an event; those that know the dedupe key already are left out."""
    await tx.execute(QUERIES["add_deliveries"], user_id, event_type, dict(body), dedupe_key)


async def add_test_delivery(
    tx: Transaction, webhook: Webhook, event_type: str, body: Mapping[str, object]
) -> Delivery:
    """Tell one webhook that it is tested. Raises WebhookNotFound."""
    row = await tx.fetchrow(
        QUERIES["add_test_delivery"], webhook.user_id, webhook.webhook_id, event_type, dict(body)
    )
    if row is None:
        raise WebhookNotFound
    return Delivery.from_row(row)


async def count_recent_tests(tx: Transaction, webhook_id: UUID, event_type: str) -> int:
    """How often a webhook was tested within the last minute."""
    count: int = await tx.fetchval(QUERIES["count_recent_tests"], webhook_id, event_type)
    return count


async def count_webhooks(tx: Transaction, user_id: UUID) -> int:
    """How many webhooks a user has; until `tx` ends nobody else adds one."""
    await tx.execute(QUERIES["lock_user"], user_id)
    count: int = await tx.fetchval(QUERIES["count_webhooks"], user_id)
    return count


async def new_id(tx: Transaction) -> UUID:
    """An id for a row that is about to be added."""
    made: UUID = await tx.fetchval(QUERIES["new_id"])
    return made


async def add_webhook(
    tx: Transaction, webhook_id: UUID, user_id: UUID, wanted: Wanted, secret: Sealed
) -> Webhook:
    """Add a webhook. Raises UserNotFound."""
    with constraint_errors(webhooks_user_id_fkey=UserNotFound()):
        row = await tx.fetchrow(
            QUERIES["add_webhook"],
            webhook_id,
            user_id,
            wanted.url,
            wanted.host,
            wanted.description,
            list(wanted.event_types),
            *_columns(secret),
        )
    return _webhook(row)


async def list_webhooks(
    db: Database, user_id: UUID, *, after: Position | None, limit: int
) -> list[Webhook]:
    """A page, newest first."""
    rows = await db.fetch(
        QUERIES["list_webhooks"], user_id, after and after.at, after and after.row_id, limit
    )
    return [Webhook.from_row(row) for row in rows]


async def get_webhook(db: Database, user_id: UUID, webhook_id: UUID) -> Webhook:
    """A user's webhook. Raises WebhookNotFound."""
    return _webhook(await db.fetchrow(QUERIES["get_webhook"], user_id, webhook_id))


async def lock_webhook(tx: Transaction, user_id: UUID, webhook_id: UUID) -> Webhook:
    """The same, which nobody else changes until `tx` ends. Raises WebhookNotFound."""
    return _webhook(await tx.fetchrow(QUERIES["lock_webhook"], user_id, webhook_id))


async def update_webhook(
    tx: Transaction, before: Webhook, wanted: Wanted, disabled_reason: DisabledReason | None
) -> Webhook:
    """Replace what its owner may change; what is to be sent follows, or is missed."""
    is_afresh = wanted.url != before.url or (disabled_reason is None and not before.is_active)
    row = await tx.fetchrow(
        QUERIES["update_webhook"],
        before.user_id,
        before.webhook_id,
        wanted.url,
        wanted.host,
        wanted.description,
        list(wanted.event_types),
        disabled_reason and disabled_reason.value,
        None if is_afresh else before.failing_since,
    )
    if disabled_reason is not None:
        await tx.execute(QUERIES["miss_deliveries"], before.webhook_id)
    elif wanted.url != before.url:
        await tx.execute(QUERIES["move_deliveries"], before.webhook_id, wanted.host)
    return _webhook(row)


async def delete_webhook(tx: Transaction, webhook: Webhook) -> None:
    """Delete a webhook with its deliveries."""
    await tx.execute(QUERIES["delete_webhook"], webhook.user_id, webhook.webhook_id)


async def get_secret(tx: Transaction, webhook: Webhook) -> Sealed:
    """What signs its messages, sealed. Raises WebhookNotFound."""
    row = await tx.fetchrow(QUERIES["get_secret"], webhook.user_id, webhook.webhook_id)
    if row is None:
        raise WebhookNotFound
    return Sealed(row["secret_ct"], row["secret_nonce"], row["secret_key_id"])


async def rotate_secret(
    tx: Transaction, webhook: Webhook, secret: Sealed, previous: Sealed | None, grace: timedelta
) -> Webhook:
    """Put a new secret in place; `previous` signs for `grace` more."""
    row = await tx.fetchrow(
        QUERIES["rotate_secret"],
        webhook.user_id,
        webhook.webhook_id,
        *_columns(secret),
        *((None, None, None) if previous is None else _columns(previous)),
        None if previous is None else grace,
    )
    return _webhook(row)


async def list_deliveries(
    db: Database,
    webhook: Webhook,
    *,
    states: Collection[DeliveryState],
    event_types: Collection[str],
    after: Position | None,
    limit: int,
) -> list[Delivery]:
    """A page of what a webhook was told, newest first."""
    rows = await db.fetch(
        QUERIES["list_deliveries"],
        webhook.user_id,
        webhook.webhook_id,
        [state.value for state in states],
        list(event_types),
        after and after.at,
        after and after.row_id,
        limit,
    )
    return [Delivery.from_row(row) for row in rows]


async def get_delivery(
    source: Database | Transaction, user_id: UUID, webhook_id: UUID, delivery_id: UUID
) -> Delivery:
    """One of a webhook's deliveries. Raises DeliveryNotFound."""
    row = await source.fetchrow(QUERIES["get_delivery"], user_id, webhook_id, delivery_id)
    if row is None:
        raise DeliveryNotFound
    return Delivery.from_row(row)


async def replay_delivery(tx: Transaction, webhook: Webhook, delivery_id: UUID) -> None:
    """Make a delivery due now; one that is being sent stays with its sender."""
    await tx.execute(QUERIES["replay_delivery"], webhook.user_id, webhook.webhook_id, delivery_id)


async def replay_missed(tx: Transaction, webhook: Webhook, since: datetime, limit: int) -> int:
    """Make due up to `limit` of what it has not got since then; returns how many."""
    replayed = await tx.fetch(
        QUERIES["replay_missed"], webhook.user_id, webhook.webhook_id, since, limit
    )
    return len(replayed)


def _webhook(row: Row | None) -> Webhook:
    if row is None:
        raise WebhookNotFound
    return Webhook.from_row(row)


def _columns(sealed: Sealed) -> tuple[bytes, bytes, str]:
    return sealed.ciphertext, sealed.nonce, sealed.key_id
