"""Refreshes access tokens before they end, one process at a time for each member.

What LinkedIn answers is stored before it is used. No answer is no disconnection: only LinkedIn's
own refusal of the refresh token ends it, and the access token then lives to its end.
Source: docs/decisions/0111-a-refresh-is-leased.md
"""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import structlog

from services.kernel.crypto import CryptoError
from services.kernel.db import Database, Transaction
from services.kernel.periodic import Cursor, PeriodicJob
from services.kernel.telemetry import frames
from services.profile import store as profiles
from services.profile.connection import store
from services.profile.connection.model import Leased, Refreshed
from services.profile.connection.telling import tell_ending, tell_lost
from services.profile.connection.vault import Vault
from services.profile.linkedin.client import LinkedIn
from services.profile.linkedin.errors import LinkedInError, OAuthRefused
from services.profile.linkedin.model import TokenSet
from services.profile.model import ConnectionState
from services.profile.usage.recording import ApiUsage

log = structlog.get_logger()

AHEAD = timedelta(days=7)
"""A week: longer than any outage of ours or LinkedIn's."""
LEASE = timedelta(seconds=60)
"""Above the longest call to LinkedIn."""
PAUSE = timedelta(minutes=15)
"""After no answer; nothing is lost meanwhile, the token is good for days."""
URGENT_PAUSE = timedelta(minutes=1)
"""After no answer, when the token has ended: whatever is due for the member waits for it."""
AT_ONCE = 20
OUR_FAULT = frozenset({"invalid_client", "invalid_client_id", "unauthorized_client"})
"""LinkedIn refuses our application, not the member's consent."""
ENDED = "REFRESH_TOKEN_ENDED"


class Refreshing:
    """Keeps access tokens fresh."""

    def __init__(self, db: Database, vault: Vault, linkedin: LinkedIn, usage: ApiUsage) -> None:
        self._db = db
        self._vault = vault
        self._linkedin = linkedin
        self._usage = usage

    def job(self) -> PeriodicJob:
        """Refreshing what ends soon."""
        return PeriodicJob("refresh_linkedin_tokens", every=timedelta(minutes=10), run=self._run)

    async def refresh_due(self) -> Refreshed:
        """Refresh some of what ends within a week, the most urgent first."""
        due = await store.list_due_refreshes(self._db, ahead=AHEAD, limit=AT_ONCE)
        done = Refreshed(is_more=len(due) == AT_ONCE)
        for user_id in due:
            done = _counted(done, await self.refresh(user_id))
        return done

    async def refresh(self, user_id: UUID) -> bool | None:
        """Refresh one member's token: True when it is fresh, False when it is LinkedIn's last word.

        None when it could not be asked, or another process asks just now.
        """
        async with self._db.transaction() as tx:
            leased = await store.lease_refresh(tx, user_id, LEASE)
        if leased is None:
            return None
        try:
            refresh_token = self._vault.refresh_token(user_id, leased.tokens)
            with self._usage.of(user_id):
                granted = await self._linkedin.refresh(refresh_token)
        except OAuthRefused as refused:
            return await self._refused(leased, refused)
        except LinkedInError as failed:
            await self._put_off(leased, type(failed).__name__)
            return None
        except CryptoError as failed:
            # Somebody has altered the row: an incident, but no reason to stop the others' refresh.
            log.critical("sealed_value_refused", user_id=str(user_id), frames=frames(failed))
            await self._put_off(leased, type(failed).__name__)
            return None
        return await self._keep(leased, granted, refresh_token)

    async def _keep(self, leased: Leased, granted: TokenSet, refresh_token: str) -> bool | None:
        whole = replace(
            granted,
            # LinkedIn may leave the refresh token out: the earlier one stays good.
            refresh_token=granted.refresh_token or refresh_token,
            refresh_expires_at=granted.refresh_expires_at or leased.refresh_expires_at,
            scopes=granted.scopes or leased.scopes,
        )
        sealed = self._vault.seal(leased.user_id, whole)
        async with self._db.transaction() as tx:
            is_kept = await store.put_refreshed(tx, leased.version, sealed, whole)
        if not is_kept:
            await self._give_back(leased.user_id, granted)
        return True if is_kept else None

    async def _give_back(self, user_id: UUID, granted: TokenSet) -> None:
        """Give back what was granted to a member who has disconnected meanwhile, if possible."""
        now = await profiles.get_connection(self._db, user_id)
        if now.state is not ConnectionState.DISCONNECTED:
            return  # connected anew: a token of an earlier consent must not end the new one
        try:
            with self._usage.of(user_id):
                await self._linkedin.revoke(granted.access_token)
        except LinkedInError as failed:
            log.warning("linkedin_revocation_failed", error=type(failed).__name__)

    async def _put_off(self, leased: Leased, why: str) -> None:
        log.warning("linkedin_refresh_put_off", why=why)
        async with self._db.transaction() as tx:
            await store.put_off_refresh(tx, leased.version, PAUSE, when_over=URGENT_PAUSE)

    async def _refused(self, leased: Leased, refused: OAuthRefused) -> bool | None:
        if refused.code in OUR_FAULT:
            await self._put_off(leased, refused.code)
            return None
        async with self._db.transaction() as tx:
            await self._end(tx, leased)
        return False

    async def _end(self, tx: Transaction, leased: Leased) -> None:
        ended = await store.drop_refresh_token(tx, leased.version)
        if ended is None:  # connected anew meanwhile
            return
        version, expires_at, is_over = ended
        if is_over:
            await store.refuse_token(tx, version, ENDED)
            await tell_lost(tx, leased.user_id, version, ENDED, "LinkedIn has ended the consent")
        else:
            await tell_ending(tx, leased.user_id, version, expires_at)

    async def _run(self, _: Cursor) -> Cursor:
        done = await self.refresh_due()
        return {"again": True} if done.is_more else None


def _counted(so_far: Refreshed, is_fresh: bool | None) -> Refreshed:  # noqa: FBT001 - a result
    if is_fresh is None:
        return replace(so_far, put_off=so_far.put_off + 1)
    if is_fresh:
        return replace(so_far, refreshed=so_far.refreshed + 1)
    return replace(so_far, ended=so_far.ended + 1)
