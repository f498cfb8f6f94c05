"""What workers are told when they push, and how they say what became of it."""

import json
from datetime import datetime, timedelta
from uuid import UUID

from services.kernel.crypto import Keys
from services.kernel.db import Database
from services.kernel.outbox import enter
from services.kernel.time_zones import zone_named
from services.profile.notifications import mail_store
from services.profile.notifications import store as notifications
from services.profile.notifications.delivery import PUSH_TOPIC
from services.profile.notifications.kinds import Severity
from services.profile.notifications.mails import discreet
from services.profile.notifications.model import Notification
from services.profile.preferences import store as preferences_store
from services.profile.preferences.model import Preferences
from services.profile.push import store
from services.profile.push.domain import associated
from services.profile.push.encryption import LONGEST_MESSAGE, encrypted
from services.profile.push.model import BrowserKeys, Push
from services.profile.push.vapid import Vapid

PUBLIC_KEY_BYTES = 65
FRESH = timedelta(hours=24)
"""What could not be pushed for so long is no news any more."""
LONGEST_BODY = 1_000
"""Characters; with all of them three bytes long the message still fits."""
URGENCY = {Severity.INFO: "low", Severity.WARNING: "normal", Severity.CRITICAL: "high"}
"""RFC 8030, section 5.3: a phone may let the others wait for its next charge."""


class Pushes:
    """The pushes to all browsers."""

    def __init__(self, db: Database, keys: Keys, vapid: Vapid) -> None:
        self._db = db
        self._keys = keys
        self._vapid = vapid

    async def prepare(
        self, user_id: UUID, notification_id: UUID, subscription_id: UUID, time_zone: str
    ) -> Push | None:
        """The request to send; None when there is nothing to push any more, or not yet.

        In quiet hours another try is planned for their end. Raises TimeZoneUnknown.
        """
        preferences = await preferences_store.get_preferences(self._db, user_id)
        found = await notifications.get_fresh(self._db, user_id, notification_id, FRESH)
        target = await store.get_target(self._db, user_id, subscription_id)
        if not preferences.notification_push or found is None or target is None:
            return None
        if await self._is_put_off(found, preferences, user_id, subscription_id, time_zone):
            return None
        endpoint, sealed = target
        raw = self._keys.open(sealed, associated(subscription_id))
        browser = BrowserKeys(raw[:PUBLIC_KEY_BYTES], raw[PUBLIC_KEY_BYTES:])
        headers = {
            "authorization": await self._vapid.authorization(endpoint),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(int(FRESH.total_seconds())),
            "urgency": URGENCY[found.severity],
        }
        return Push(endpoint, headers, encrypted(_message(discreet(found, preferences)), browser))

    async def finish(self, user_id: UUID, subscription_id: UUID, *, is_gone: bool) -> None:
        """Note that a browser was pushed to, or that its push service knows it no more."""
        async with self._db.transaction() as tx:
            if is_gone:
                await store.remove_subscription(tx, user_id, subscription_id)
            else:
                await store.note_push(tx, user_id, subscription_id)

    async def _is_put_off(
        self,
        found: Notification,
        preferences: Preferences,
        user_id: UUID,
        subscription_id: UUID,
        time_zone: str,
    ) -> bool:
        if preferences.quiet_hours is None or found.severity is Severity.CRITICAL:
            return False
        async with self._db.transaction() as tx:
            now: datetime = await mail_store.now(tx)
            until = preferences.quiet_hours.end_of_quiet(now, zone_named(time_zone))
            if until is None:
                return False
            payload = {
                "notification_id": str(found.notification_id),
                "subscription_id": str(subscription_id),
            }
            await enter(tx, topic=PUSH_TOPIC, user_id=user_id, payload=payload, available_at=until)
        return True


def _message(notification: Notification) -> bytes:
    """What the browser's service worker is given: JSON."""
    told = {
        "notification_id": str(notification.notification_id),
        "kind": notification.kind,
        "severity": notification.severity.value,
        "title": notification.title,
        "body": notification.body[:LONGEST_BODY],
        "created_time": notification.created_at.isoformat(),
    }
    message = json.dumps(told, ensure_ascii=False).encode()
    if len(message) <= LONGEST_MESSAGE:
        return message
    return json.dumps({**told, "body": ""}, ensure_ascii=False).encode()
