"""How a notification leaves the house: by mail at once, by mail with others, by push.

What leaves is entered into the outbox by ids alone; whether it still should leave is looked at
again when a worker asks for it. Source: docs/decisions/0127-how-notices-leave.md
"""

from uuid import UUID

from services.kernel.db import Transaction
from services.kernel.outbox import enter
from services.profile.notifications import mail_store
from services.profile.notifications.kinds import Severity
from services.profile.notifications.model import Ways
from services.profile.preferences.model import DigestFrequency, Preferences
from services.profile.push import store as push_store

MAIL_TOPIC = "notification_mail"
DIGEST_TOPIC = "notification_digest"
PUSH_TOPIC = "notification_push"
MAIL_QUEUE = "mail"


def ways_for(severity: Severity, preferences: Preferences) -> Ways:
    """The ways that a user wants for something of that severity."""
    is_at_once = (
        severity is Severity.CRITICAL or preferences.digest_frequency is DigestFrequency.AT_ONCE
    )
    return Ways(
        is_mailed_at_once=preferences.notification_email and is_at_once,
        is_for_digest=preferences.notification_email and not is_at_once,
        is_pushed=preferences.notification_push,
    )


async def send_off(tx: Transaction, user_id: UUID, notification_id: UUID, ways: Ways) -> None:
    """Enter what is to leave; it does when `tx` has committed."""
    ids = {"notification_id": str(notification_id)}
    if ways.is_mailed_at_once:
        await enter(tx, topic=MAIL_TOPIC, queue=MAIL_QUEUE, user_id=user_id, payload=ids)
    if ways.is_for_digest and await mail_store.begin_digest(tx, user_id):
        await look_at_digest(tx, user_id)
    if ways.is_pushed:
        for subscription_id in await push_store.list_ids(tx, user_id):
            payload = {**ids, "subscription_id": str(subscription_id)}
            await enter(tx, topic=PUSH_TOPIC, user_id=user_id, payload=payload)


async def look_at_digest(tx: Transaction, user_id: UUID) -> None:
    """Have a worker look whether a user's digest is due. One look too many does no harm."""
    await enter(tx, topic=DIGEST_TOPIC, queue=MAIL_QUEUE, user_id=user_id, payload={})
