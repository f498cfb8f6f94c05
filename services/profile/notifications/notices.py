"""Tells a user something, within the transaction of what happened."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from uuid import UUID

from services.kernel.db import Transaction
from services.profile.notifications import store
from services.profile.notifications.delivery import send_off, ways_for
from services.profile.notifications.kinds import CATALOGUE, Kind
from services.profile.notifications.model import Told
from services.profile.preferences.store import get_preferences
from services.profile.webhooks.events import EventType, emit


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell a user."""

    user_id: UUID
    kind: Kind
    dedupe_key: str
    """What it is about, such as `reconnect:<token id>`; the same twice is told once."""
    data: Mapping[str, str]
    """What the kind's wording needs, and whatever else a client can use; readable by the user."""


async def notify(tx: Transaction, notice: Notice) -> None:
    """Tell a user once `tx` commits, unless they do not want to hear of the kind.

    A notice with a dedupe key that was used tells nothing.

    Raises KeyError when data that the wording needs is missing, UserNotFound.
    Source: docs/decisions/0125-notices-need-only-the-transaction.md
    """
    told = _told(notice)
    preferences = await get_preferences(tx, notice.user_id)
    if notice.kind in preferences.muted_kinds:
        return
    ways = ways_for(told.severity, preferences)
    added = await store.add_notification(tx, notice.user_id, told, notice.dedupe_key, ways)
    if added is None:
        return
    await send_off(tx, notice.user_id, added, ways)
    await store.announce(tx, notice.user_id)
    event = {"notification_id": str(added), **asdict(told)}
    created = EventType.NOTIFICATION_CREATED
    await emit(tx, notice.user_id, created, event, f"notification:{added}")


def _told(notice: Notice) -> Told:
    wording = CATALOGUE[notice.kind]
    data = {name: value.replace("\0", "") for name, value in notice.data.items()}
    title, body = wording.filled(data)
    return Told(notice.kind, wording.severity, title, body, data)
