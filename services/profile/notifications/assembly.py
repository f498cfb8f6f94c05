"""Puts the parts of notifications together."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from services.kernel.db import service_dsn
from services.kernel.periodic import PeriodicJob
from services.kernel.runtime import Runtime
from services.profile.notifications.announcements import Announcements
from services.profile.notifications.domain import Notifications
from services.profile.notifications.internal_servicer import NotificationsInternalServicer
from services.profile.notifications.mail_servicer import MailServicer
from services.profile.notifications.mails import Mails
from services.profile.notifications.servicer import NotificationsServicer
from services.profile.notifications.unsubscribe_servicer import UnsubscribeServicer
from services.profile.notifications.unsubscribing import Unsubscribing
from services.profile.notifications.watching import Watching
from services.profile.preferences.domain import UserPreferences
from services.profile.push.assembly import push_part


@dataclass(frozen=True, slots=True)
class NotificationsPart:
    """What the room takes from here."""

    servicers: Sequence[object]
    internal_servicers: Sequence[object]
    periodic: Sequence[PeriodicJob]
    open: Callable[[], Awaitable[None]]
    close: Callable[[], Awaitable[None]]


def notifications_part(given: Runtime, preferences: UserPreferences) -> NotificationsPart:
    """Notifications on a runtime, sent as their readers prefer."""
    announcements = Announcements(service_dsn(given.settings, given.name), given.doorbell)
    notifications = Notifications(given.db, given.keys)
    unsubscribing = Unsubscribing(given.keys, preferences)
    mails = Mails(given.db, unsubscribing)
    push = push_part(given)
    return NotificationsPart(
        servicers=[
            NotificationsServicer(notifications, Watching(given.db, announcements, given.draining)),
            UnsubscribeServicer(unsubscribing),
            push.servicer,
        ],
        internal_servicers=[
            NotificationsInternalServicer(given.db),
            MailServicer(mails),
            push.internal_servicer,
        ],
        periodic=[notifications.job(), mails.job()],
        open=announcements.open,
        close=announcements.close,
    )
