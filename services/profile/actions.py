"""Performs actions on LinkedIn, each at most once.

An attempt is committed as `sending` before a byte leaves, and its answer is recorded even when the
caller has gone. Whoever comes with the same attempt id meets that row and never sends again.
Source: docs/decisions/0056-an-attempt-outlives-its-call.md
"""

import asyncio
from http import HTTPStatus

import structlog

from services.kernel.db import Database
from services.profile import store
from services.profile.background import Background
from services.profile.errors import NotConnected, UserNotFound
from services.profile.linkedin import LinkedIn
from services.profile.linkedin_model import PostDraft
from services.profile.linkedin_outcome import CallResult
from services.profile.model import Attempt, AttemptState, Credentials, Known, member_urn
from services.profile.outcomes import SENDER_LOST, known_from
from services.profile.usage import ApiUsage
from services.profile.vault import Vault

log = structlog.get_logger()

RECORD_DELAYS_SECONDS = (0.1, 0.3, 1, 2, 4, 8, 16, 30)
"""Pauses between tries to record an answer: a minute bridges a restart of PostgreSQL."""


class Actions:
    """Actions on behalf of connected members."""

    def __init__(
        self,
        db: Database,
        vault: Vault,
        linkedin: LinkedIn,
        *,
        usage: ApiUsage,
        background: Background,
    ) -> None:
        self._db = db
        self._vault = vault
        self._linkedin = linkedin
        self._usage = usage
        self._background = background
        self._performing: dict[Attempt, asyncio.Task[Known]] = {}

    async def execute(self, attempt: Attempt) -> Known:
        """Perform an attempt, or tell what is known of it.

        Calls for an attempt that is being performed here wait for the same answer. Raises
        NotConnected, before anything is kept, and AttemptMismatch.
        """
        task = self._performing.get(attempt)
        if task is None:
            task = self._performing[attempt] = self._background.start(self._perform(attempt))
            task.add_done_callback(lambda _: self._performing.pop(attempt))
        # Shielded: a caller who hangs up must not cut the send off from its record.
        return await asyncio.shield(task)

    async def _perform(self, attempt: Attempt) -> Known:
        if await store.get_attempt(self._db, attempt) is not None:
            return await self._recall(attempt)
        credentials = await store.get_credentials(self._db, attempt.user_id)
        if credentials is None:
            raise NotConnected
        token = self._vault.access_token(attempt.user_id, credentials.tokens)
        async with self._db.transaction() as tx:
            is_ours = await store.begin_attempt(tx, attempt)
        if not is_ours:  # another process claimed it after our look
            return await self._recall(attempt)
        return await self._send(attempt, credentials, token)

    async def _recall(self, attempt: Attempt) -> Known:
        """What is known of an attempt that has a row. An open one is not ours: call it unknown.

        If its sender is alive after all, its answer settles the row when it comes.
        """
        known = await store.get_attempt(self._db, attempt)
        if known is not None and known.state is AttemptState.SENDING:
            async with self._db.transaction() as tx:
                await store.give_up_attempt(tx, attempt, SENDER_LOST)
            known = await store.get_attempt(self._db, attempt)
        if known is None:
            raise UserNotFound  # erased meanwhile, attempts and all
        return known

    async def _send(self, attempt: Attempt, credentials: Credentials, token: str) -> Known:
        with self._usage.of(attempt.user_id, attempt.attempt_id) as calls:
            result = await self._act(attempt, credentials, token)
            known = known_from(result, calls[-1].status_code if calls else 0)
        await self._record(attempt, credentials, known)
        return known

    async def _act(self, attempt: Attempt, credentials: Credentials, token: str) -> CallResult:
        action = attempt.action
        author = action.author_urn or member_urn(credentials.linkedin_id)
        draft = PostDraft(author, action.text, action.visibility)
        return await self._linkedin.create_post(token, draft)

    async def _record(self, attempt: Attempt, credentials: Credentials, known: Known) -> None:
        for delay_seconds in RECORD_DELAYS_SECONDS:
            try:
                return await self._write(attempt, credentials, known)
            except Exception as failed:  # noqa: BLE001 - whatever it was, the answer is worth a try
                log.warning("attempt_record_delayed", error=type(failed).__name__)
            await asyncio.sleep(delay_seconds)
        return await self._write(attempt, credentials, known)

    async def _write(self, attempt: Attempt, credentials: Credentials, known: Known) -> None:
        async with self._db.transaction() as tx:
            await store.finish_attempt(tx, attempt, known)
            if known.status_code == HTTPStatus.UNAUTHORIZED:
                await store.invalidate_token(
                    tx, attempt.user_id, credentials.version, known.error_code
                )
