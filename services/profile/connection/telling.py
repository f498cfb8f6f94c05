"""Tells users in time that their consent ends, and at once when LinkedIn no longer takes it."""

from datetime import datetime, timedelta
from uuid import UUID

from services.kernel.db import Database, Transaction
from services.kernel.periodic import Cursor, PeriodicJob
from services.profile.connection import store
from services.profile.model import TokenVersion
from services.profile.notifications.kinds import Kind
from services.profile.notifications.notices import Notice, notify
from services.profile.webhooks.events import EventType, emit

AHEAD = timedelta(days=7)
AT_ONCE = 200


async def tell_ending(
    tx: Transaction, user_id: UUID, version: TokenVersion, expires_at: datetime
) -> None:
    """Say when a consent ends; once for each token."""
    data = {"ends_on": f"{expires_at:%Y-%m-%d}"}
    await notify(tx, Notice(user_id, Kind.LINKEDIN_EXPIRING, f"linkedin_ending:{version}", data))


async def tell_lost(
    tx: Transaction, user_id: UUID, version: TokenVersion, code: str, words: str
) -> None:
    """Say that LinkedIn has to be connected again; once for each token."""
    key, data = f"linkedin_lost:{version}", {"reason": words}
    await notify(tx, Notice(user_id, Kind.LINKEDIN_RECONNECT, key, data))
    await emit(tx, user_id, EventType.LINKEDIN_RECONNECT_NEEDED, {"reason": code}, key)


async def note_refusal(tx: Transaction, user_id: UUID, version: TokenVersion, code: str) -> None:
    """LinkedIn refused a token in use: it is refreshed next, or its user is told at once."""
    if await store.refuse_token(tx, version, code) is False:
        await tell_lost(tx, user_id, version, code, "LinkedIn no longer accepts it")


class Telling:
    """Looks for consents that end."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def job(self) -> PeriodicJob:
        """Telling whose consent ends within a week and cannot be refreshed."""
        return PeriodicJob("tell_ending_connections", every=timedelta(hours=1), run=self._run)

    async def _run(self, cursor: Cursor) -> Cursor:
        after = UUID(cursor["after"]) if cursor else None
        ending = await store.list_ending(self._db, ahead=AHEAD, after=after, limit=AT_ONCE)
        for one in ending:
            async with self._db.transaction() as tx:
                if one.is_over:
                    await note_refusal(tx, one.user_id, one.version, "EXPIRED_ACCESS_TOKEN")
                else:
                    await tell_ending(tx, one.user_id, one.version, one.expires_at)
        return {"after": str(ending[-1].user_id)} if len(ending) == AT_ONCE else None
