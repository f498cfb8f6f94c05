"""Webhooks as their owners make, change and end them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.kernel.caller import Caller
from services.kernel.crypto import Keys
from services.kernel.db import Database
from services.kernel.entitlements import Entitlements, check_room
from services.kernel.errors import EtagMismatch, InvalidRequest
from services.kernel.paging import PageTokens, Position
from services.kernel.public_http import PublicHttp, UrlRefused
from services.profile.webhooks import signing, store
from services.profile.webhooks.errors import EventTypeUnknown, TooManyTests, WebhookDisabled
from services.profile.webhooks.event_types import EventType
from services.profile.webhooks.events import body_of
from services.profile.webhooks.model import Delivery, DisabledReason, Wanted, Webhook
from services.profile.webhooks.vault import PREVIOUS, SECRET, SecretVault

LIMIT = "webhooks"
"""The entitlement's name."""
TESTS_A_MINUTE = 5


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The webhooks of all users."""

    db: Database
    keys: Keys
    http: PublicHttp
    entitlements: Entitlements

    async def create(self, caller: Caller, wanted: Wanted) -> tuple[Webhook, str]:
        """Add a webhook; also returns its secret, for the only time.

        Raises EventTypeUnknown, EntitlementReached, InvalidRequest for a URL that nothing is sent
        to.
        """
        check_event_types(wanted.event_types)
        await self._check_url("url", wanted.url)
        allowed = await self.entitlements.limit(caller.user_id, caller.tier, LIMIT)
        secret = signing.new_secret()
        async with self.db.transaction() as tx:
            check_room(LIMIT, allowed, await store.count_webhooks(tx, caller.user_id))
            webhook_id = await store.new_id(tx)
            sealed = self._vault.seal(SECRET, webhook_id, secret)
            webhook = await store.add_webhook(tx, webhook_id, caller.user_id, wanted, sealed)
        return webhook, signing.shown(secret)

    async def page(self, user_id: UUID, size: int, page_token: str) -> tuple[list[Webhook], str]:
        """A page, newest first, and the token of the next one. Raises PageTokenInvalid."""
        after = self._tokens.after(user_id, page_token)
        found = await store.list_webhooks(self.db, user_id, after=after, limit=size + 1)
        return self._tokens.cut(
            user_id, found, size, lambda last: Position(last.created_at, last.webhook_id)
        )

    async def get(self, user_id: UUID, webhook_id: UUID) -> Webhook:
        """One of the user's. Raises WebhookNotFound."""
        return await store.get_webhook(self.db, user_id, webhook_id)

    async def update(
        self, user_id: UUID, webhook_id: UUID, changes: Mapping[str, Any], etag: str
    ) -> Webhook:
        """Change url, event_types, description, is_active, as far as given.

        Raises WebhookNotFound, EtagMismatch, EventTypeUnknown, InvalidRequest.
        """
        check_event_types(changes.get("event_types", ()))
        if "url" in changes:
            await self._check_url("webhook.url", changes["url"])
        async with self.db.transaction() as tx:
            before = await store.lock_webhook(tx, user_id, webhook_id)
            _check_etag(etag, before)
            fields = {name: value for name, value in changes.items() if name != "is_active"}
            wanted = replace(Wanted(before.url, before.event_types, before.description), **fields)
            reason = _reason(before, changes.get("is_active"))
            return await store.update_webhook(tx, before, wanted, reason)

    async def delete(self, user_id: UUID, webhook_id: UUID, etag: str) -> None:
        """Delete it with its deliveries. Raises WebhookNotFound, EtagMismatch."""
        async with self.db.transaction() as tx:
            webhook = await store.lock_webhook(tx, user_id, webhook_id)
            _check_etag(etag, webhook)
            await store.delete_webhook(tx, webhook)

    async def rotate(
        self, user_id: UUID, webhook_id: UUID, grace: timedelta
    ) -> tuple[Webhook, str]:
        """A new secret, shown once; the old one signs beside it for `grace`.

        A secret that was still in its grace ends. Raises WebhookNotFound.
        """
        secret = signing.new_secret()
        async with self.db.transaction() as tx:
            before = await store.lock_webhook(tx, user_id, webhook_id)
            old = self._vault.open(SECRET, webhook_id, await store.get_secret(tx, before))
            previous = self._vault.seal(PREVIOUS, webhook_id, old) if grace else None
            sealed = self._vault.seal(SECRET, webhook_id, secret)
            webhook = await store.rotate_secret(tx, before, sealed, previous, grace)
        return webhook, signing.shown(secret)

    async def send_test(self, user_id: UUID, webhook_id: UUID) -> Delivery:
        """Have a test sent. Raises WebhookNotFound, WebhookDisabled, TooManyTests."""
        event_type = EventType.WEBHOOK_TEST
        async with self.db.transaction() as tx:
            webhook = await store.lock_webhook(tx, user_id, webhook_id)
            check_active(webhook)
            if await store.count_recent_tests(tx, webhook_id, event_type) >= TESTS_A_MINUTE:
                raise TooManyTests(most=str(TESTS_A_MINUTE), retry_after=timedelta(minutes=1))
            body = body_of(event_type, {"webhook_id": str(webhook_id)})
            return await store.add_test_delivery(tx, webhook, event_type, body)

    async def _check_url(self, field: str, url: str) -> None:
        try:
            await self.http.check(url)
        except UrlRefused as refused:
            raise InvalidRequest({field: refused.rule}) from None

    @property
    def _vault(self) -> SecretVault:
        return SecretVault(self.keys)

    @property
    def _tokens(self) -> PageTokens:
        return PageTokens(self.keys, "profile.webhooks")


def check_event_types(names: Collection[str]) -> None:
    """Raises EventTypeUnknown for a name that no event has."""
    for name in names:
        if name not in set(EventType):
            raise EventTypeUnknown(event_type=name, known=" ".join(sorted(EventType)))


def check_active(webhook: Webhook) -> None:
    """Raises WebhookDisabled."""
    if webhook.disabled_reason is not None:
        raise WebhookDisabled(why=webhook.disabled_reason.value)


def _check_etag(etag: str, webhook: Webhook) -> None:
    if etag and etag != webhook.etag:
        raise EtagMismatch


def _reason(before: Webhook, is_active: bool | None) -> DisabledReason | None:  # noqa: FBT001
    """Why it is off after a change; None when it is on."""
    if is_active is None:
        return before.disabled_reason
    return None if is_active else DisabledReason.USER
