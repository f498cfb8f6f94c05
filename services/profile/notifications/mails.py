"""What workers are told when they mail notifications, and how they say that they did.

A mail that was sent and not recorded is sent again: at least once, as all our mails.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from services.kernel.db import Database, Transaction
from services.kernel.outbox import enter
from services.kernel.periodic import Cursor, PeriodicJob
from services.kernel.time_zones import zone_named
from services.profile.notifications import mail_store
from services.profile.notifications.delivery import DIGEST_TOPIC, MAIL_QUEUE, look_at_digest
from services.profile.notifications.digest_time import due_at
from services.profile.notifications.model import Notification
from services.profile.notifications.unsubscribing import Unsubscribing
from services.profile.preferences import store as preferences_store
from services.profile.preferences.model import Preferences, PrivacyLevel

MOST_SHOWN = 20
MOST_AT_ONCE = 200
LEASE = timedelta(hours=1)
BATCH = 500
DISCREET_TITLE = "There is something new in your account"
DISCREET_BODY = "Sign in to read it."


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail is made of; without any notification there is nothing to send."""

    shown: Sequence[Notification] = ()
    ids: Sequence[UUID] = ()
    """All that it counts as mailed."""
    unsubscribe_token: str = ""


def discreet(notification: Notification, preferences: Preferences) -> Notification:
    """The notification as it may leave: with enhanced privacy, without what it says."""
    if preferences.privacy_level is not PrivacyLevel.ENHANCED:
        return notification
    return replace(notification, title=DISCREET_TITLE, body=DISCREET_BODY, data={}, kind="")


class Mails:
    """The mails of all users."""

    def __init__(self, db: Database, unsubscribing: Unsubscribing) -> None:
        self._db = db
        self._unsubscribing = unsubscribing

    async def single(self, user_id: UUID, notification_id: UUID) -> Letter:
        """One notification's mail; nothing when it was read, mailed or is not wanted any more."""
        preferences = await preferences_store.get_preferences(self._db, user_id)
        if not preferences.notification_email:
            return Letter()
        found = await mail_store.get_unmailed(self._db, user_id, notification_id)
        return self._letter(user_id, preferences, [found] if found else [])

    async def digest(self, user_id: UUID, time_zone: str, message_id: UUID) -> Letter:
        """The digest, if it is due; else nothing, and another look is planned for when it is.

        `message_id` is what is being delivered: two at once do not both send the digest.

        Raises TimeZoneUnknown.
        """
        zone = zone_named(time_zone)
        async with self._db.transaction() as tx:
            if not await mail_store.hold_digest(tx, user_id, message_id):
                return Letter()
            preferences = await preferences_store.get_preferences(tx, user_id)
            if not preferences.notification_email:
                await mail_store.drop_digest(tx, user_id)
                return Letter()
            waiting = await mail_store.list_for_digest(tx, user_id, limit=MOST_AT_ONCE)
            if not waiting:
                await mail_store.end_digest(tx, user_id)
                return Letter()
            due = due_at(waiting[0].created_at, preferences.digest_frequency, zone)
            if due > await mail_store.now(tx):
                await enter(
                    tx,
                    topic=DIGEST_TOPIC,
                    queue=MAIL_QUEUE,
                    user_id=user_id,
                    payload={},
                    available_at=due,
                )
                return Letter()
            await mail_store.take_digest(tx, user_id, message_id, LEASE)
        return self._letter(user_id, preferences, waiting)

    async def finish(self, user_id: UUID, ids: Sequence[UUID], *, is_digest: bool) -> None:
        """Note what was mailed; what has come since is in the next digest."""
        async with self._db.transaction() as tx:
            if is_digest:
                await mail_store.end_digest(tx, user_id)
            await mail_store.set_mailed(tx, user_id, ids)
            if is_digest:
                await self._begin_next(tx, user_id)

    def job(self) -> PeriodicJob:
        """Looks after digests whose message was given up, once a day."""

        async def run(_: Cursor) -> Cursor:
            async with self._db.transaction() as tx:
                forgotten = await mail_store.take_forgotten_digests(tx, BATCH)
                for user_id in forgotten:
                    await look_at_digest(tx, user_id)
            return {"again": True} if len(forgotten) == BATCH else None

        return PeriodicJob("look_after_digests", every=timedelta(days=1), run=run)

    async def _begin_next(self, tx: Transaction, user_id: UUID) -> None:
        left = await mail_store.list_for_digest(tx, user_id, limit=1)
        if left and await mail_store.begin_digest(tx, user_id):
            await look_at_digest(tx, user_id)

    def _letter(
        self, user_id: UUID, preferences: Preferences, found: Sequence[Notification]
    ) -> Letter:
        newest_first = list(reversed(found))
        return Letter(
            shown=[discreet(one, preferences) for one in newest_first[:MOST_SHOWN]],
            ids=[one.notification_id for one in found],
            unsubscribe_token=self._unsubscribing.token(user_id),
        )
