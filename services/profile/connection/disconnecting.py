"""Ends connections: at once here, and at LinkedIn as soon as it listens.

Source: docs/decisions/0112-disconnecting-is-two-steps.md
"""

from datetime import timedelta
from uuid import UUID, uuid4

import structlog

from services.kernel.crypto import CryptoError
from services.kernel.db import Database
from services.kernel.outbox import Outbox
from services.kernel.periodic import Cursor, PeriodicJob
from services.profile.connection import store
from services.profile.connection.announcing import DISCONNECTED, announce
from services.profile.connection.vault import Vault
from services.profile.errors import ConnectUnavailable, NotConnected
from services.profile.linkedin.client import LinkedIn
from services.profile.linkedin.errors import LinkedInError, LinkedInRefused
from services.profile.usage.recording import ApiUsage
from services.profile.webhooks.events import EventType, emit

log = structlog.get_logger()

REVOKE = "revoke_linkedin_tokens"
KEPT = timedelta(days=2)
"""Longer than a message is tried; then the tokens are only forgotten."""
BATCH = 1_000


class Disconnecting:
    """Ends connections and gives the tokens back."""

    def __init__(
        self, db: Database, outbox: Outbox, vault: Vault, linkedin: LinkedIn, usage: ApiUsage
    ) -> None:
        self._db = db
        self._outbox = outbox
        self._vault = vault
        self._linkedin = linkedin
        self._usage = usage

    async def disconnect(self, user_id: UUID) -> None:
        """End a connection: nothing can be sent from here on. Raises NotConnected."""
        async with self._db.transaction() as tx:
            # The profile first, as in connecting: the two wait for each other and do not lock up.
            linkedin_id = await store.deactivate_profile(tx, user_id)
            revocation_id = await store.move_to_revocations(tx, user_id)
            if linkedin_id is None and revocation_id is None:
                raise NotConnected
            if revocation_id is not None:
                payload = {"revocation_id": str(revocation_id)}
                await self._outbox.add(
                    tx, topic=REVOKE, queue="normal", user_id=user_id, payload=payload
                )
            await announce(tx, self._outbox, DISCONNECTED, user_id)
            if linkedin_id is not None:
                data = {"linkedin_id": linkedin_id}
                key = f"linkedin_disconnected:{revocation_id or uuid4()}"
                await emit(tx, user_id, EventType.LINKEDIN_DISCONNECTED, data, key)

    async def revoke(self, revocation_id: UUID) -> None:
        """Tell LinkedIn that tokens are given back, and forget them; again changes nothing.

        Raises ConnectUnavailable when it did not listen: they are kept for the next try.
        """
        found = await store.get_revocation(self._db, revocation_id)
        if found is None:
            return
        user_id, sealed = found
        with self._usage.of(user_id):
            for token in self._vault.tokens(user_id, sealed):
                await self._give_back(token)
        async with self._db.transaction() as tx:
            await store.delete_revocation(tx, revocation_id)

    async def erase(self, user_id: UUID) -> None:
        """Give back and forget an account's tokens, whether LinkedIn listens or not.

        Nor does one that no longer opens, its key lost, keep an account from being erased.
        """
        async with self._db.transaction() as tx:
            await store.move_to_revocations(tx, user_id)
        for revocation_id in await store.list_revocations(self._db, user_id):
            try:
                await self.revoke(revocation_id)
            except (ConnectUnavailable, CryptoError) as failed:
                log.warning("linkedin_revocation_failed", error=type(failed).__name__)
                async with self._db.transaction() as tx:
                    await store.delete_revocation(tx, revocation_id)

    def job(self) -> PeriodicJob:
        """Forgetting tokens that LinkedIn would not take back."""
        return PeriodicJob("forget_revocations", every=timedelta(hours=6), run=self._forget)

    async def _give_back(self, token: str) -> None:
        try:
            await self._linkedin.revoke(token)
        except LinkedInRefused as refused:
            # It is dead already, or LinkedIn does not offer this to the application.
            log.info("linkedin_revocation_refused", status=refused.status, code=refused.code)
        except LinkedInError as failed:
            raise ConnectUnavailable from failed

    async def _forget(self, _: Cursor) -> Cursor:
        gone = await store.forget_revocations(self._db, age=KEPT, limit=BATCH)
        return {"again": True} if gone == BATCH else None
