"""Ends subscriptions when their time is over."""

from datetime import timedelta
from functools import partial

from services.auth import session_store
from services.auth.audit.events import note
from services.auth.cache import Cache
from services.auth.subscriptions import store
from services.auth.verification import mail_payload
from services.kernel.db import Database, Transaction
from services.kernel.outbox import Outbox
from services.kernel.periodic import Cursor, PeriodicJob

BATCH = 200
EVERY = timedelta(minutes=1)


class Expiry:
    """Gives accounts the free tier once what they paid for has ended."""

    def __init__(self, db: Database, outbox: Outbox, cache: Cache) -> None:
        self._db = db
        self._outbox = outbox
        self._cache = cache

    async def end_due(self, _: Cursor = None) -> Cursor:
        """End up to 200 subscriptions, mail their owners, and say whether there may be more."""
        async with self._db.transaction() as tx:
            ended = await store.end_subscriptions(tx, BATCH)
            for one in ended:
                await self._tell(tx, one)
        return {"again": True} if len(ended) == BATCH else None

    def job(self) -> PeriodicJob:
        """The same, every minute."""
        return PeriodicJob("end_subscriptions", every=EVERY, run=self.end_due)

    async def _tell(self, tx: Transaction, ended: store.Ended) -> None:
        user_id = ended.person.user_id
        await note(tx, "subscription_ended", user_id, {"former_tier": ended.former_tier})
        open_sessions = await session_store.live_session_ids(tx, user_id)
        # Their copies name the former tier; without a copy the services ask.
        tx.after_commit(partial(self._cache.forget, user_id, open_sessions))
        if ended.may_be_mailed and ended.former_tier != "free":
            await self._outbox.add(
                tx,
                topic="mail",
                queue="mail",
                user_id=user_id,
                payload=mail_payload("subscription_ended", ended.person),
            )
