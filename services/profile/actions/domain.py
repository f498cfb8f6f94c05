"""Performs actions on LinkedIn, each at most once.

An attempt is committed as `sending` before a byte of it leaves, and its answer is recorded even
when the caller has gone. Whoever comes with the same attempt id meets that row and never sends
again. Files are uploaded before: nobody sees them, and they may be uploaded twice.
Source: docs/decisions/0056-an-attempt-outlives-its-call.md, 0140-what-an-attempt-leaves-behind.md
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from uuid import UUID

import structlog

from services.kernel.db import UNAVAILABLE, Database, Transaction
from services.profile.actions import store
from services.profile.actions.model import Attempt, AttemptState, Known
from services.profile.actions.outcomes import SENDER_LOST, known_from
from services.profile.actions.preparing import Preparing, Unprepared
from services.profile.actions.rules import Rules
from services.profile.actions.sending import send
from services.profile.actions.telling import tell
from services.profile.actions.traces import Kind, Trace, trace_of
from services.profile.background import Background
from services.profile.connection.access import Access
from services.profile.connection.telling import note_refusal
from services.profile.connection.vault import Vault
from services.profile.errors import UserNotFound
from services.profile.linkedin.model import PostContent
from services.profile.linkedin.writes import Writes
from services.profile.model import Credentials, member_urn
from services.profile.usage.recording import ApiUsage

log = structlog.get_logger()

RECORD_DELAYS_SECONDS = (0.1, 0.3, 1, 2, 4, 8, 16, 30)
"""Pauses between tries to record an answer: a minute bridges a restart of PostgreSQL."""
TWINS = timedelta(hours=48)
"""So long LinkedIn may take a post for a repetition of an earlier one."""


@dataclass(frozen=True, slots=True)
class _Sender:
    """In whose name an attempt is made."""

    credentials: Credentials
    token: str
    trace: Trace


class Actions:
    """Actions on behalf of connected members."""

    def __init__(
        self,
        db: Database,
        access: Access,
        vault: Vault,
        writes: Writes,
        *,
        rules: Rules,
        preparing: Preparing,
        usage: ApiUsage,
        background: Background,
    ) -> None:
        self._db = db
        self._access = access
        self._vault = vault
        self._writes = writes
        self._rules = rules
        self._preparing = preparing
        self._usage = usage
        self._background = background
        self._performing: dict[tuple[UUID, UUID, bytes], asyncio.Task[Known]] = {}

    async def execute(self, attempt: Attempt) -> Known:
        """Perform an attempt, or tell what is known of it.

        Calls for an attempt that is being performed here wait for the same answer. Raises
        InvalidRequest, ProductMissing, NotConnected and ConnectionResting, before anything is
        kept, and AttemptMismatch.
        """
        key = (attempt.attempt_id, attempt.user_id, attempt.request_hash)
        task = self._performing.get(key)
        if task is None:
            task = self._performing[key] = self._background.start(self._perform(attempt))
            task.add_done_callback(lambda _: self._performing.pop(key))
        # Shielded: a caller who hangs up must not cut the send off from its record.
        return await asyncio.shield(task)

    async def _perform(self, attempt: Attempt) -> Known:
        if await store.get_attempt(self._db, attempt) is not None:
            return await self._recall(attempt)
        self._rules.check(attempt.action)
        sender = await self._sender(attempt)
        with self._usage.of(attempt.user_id, attempt.attempt_id) as calls:
            try:
                content = await self._prepared(attempt, sender)
            except Unprepared as failed:
                return await self._refuse(attempt, sender, failed.known)
            async with self._db.transaction() as tx:
                is_ours = await store.begin_attempt(tx, attempt, sender.trace)
            if not is_ours:  # another process claimed it after our look
                return await self._recall(attempt)
            before = len(calls)
            result = await send(
                self._writes, sender.token, attempt.action, sender.trace.actor_urn, content
            )
            known = known_from(result, calls[-1].status_code if len(calls) > before else 0)
        await self._record(attempt, sender, known)
        return known

    async def _sender(self, attempt: Attempt) -> _Sender:
        credentials = await self._access.credentials(attempt.user_id)
        token = self._vault.access_token(attempt.user_id, credentials.tokens)
        trace = trace_of(attempt.action, member_urn(credentials.linkedin_id))
        return _Sender(credentials, token, trace)

    async def _prepared(self, attempt: Attempt, sender: _Sender) -> PostContent | None:
        content = getattr(attempt.action, "content", None)
        return await self._preparing.prepared(sender.token, sender.trace.actor_urn, content)

    async def _refuse(self, attempt: Attempt, sender: _Sender, known: Known) -> Known:
        """End an attempt of which nothing was sent, unless another process has begun it."""
        async with self._db.transaction() as tx:
            is_ours = await store.begin_attempt(tx, attempt, sender.trace)
            if is_ours:
                await self._finish(tx, attempt, sender, known)
        return known if is_ours else await self._recall(attempt)

    async def _recall(self, attempt: Attempt) -> Known:
        """What is known of an attempt that has a row. An open one is not ours: call it unknown.

        If its sender is alive after all, its answer settles the row when it comes.
        """
        known = await store.get_attempt(self._db, attempt)
        if known is not None and known.state is AttemptState.SENDING:
            async with self._db.transaction() as tx:
                if await store.give_up_attempt(
                    tx, attempt.attempt_id, attempt.user_id, SENDER_LOST
                ):
                    lost = Known(AttemptState.UNKNOWN, error_code=SENDER_LOST)
                    kind = trace_of(attempt.action, "").kind
                    await tell(tx, attempt.user_id, attempt.attempt_id, kind, lost)
            known = await store.get_attempt(self._db, attempt)
        if known is None:
            raise UserNotFound  # erased meanwhile, attempts and all
        return known

    async def _record(self, attempt: Attempt, sender: _Sender, known: Known) -> None:
        is_told = True
        for delay_seconds in RECORD_DELAYS_SECONDS:
            try:
                return await self._write(attempt, sender, known, is_told=is_told)
            except Exception as failed:  # noqa: BLE001 - whatever it was, the answer is worth a try
                log.warning("attempt_record_delayed", error=type(failed).__name__)
                # Nothing but a database that is away may cost the answer more than a moment.
                is_told = is_told and isinstance(failed, UNAVAILABLE)
            await asyncio.sleep(delay_seconds)
        return await self._write(attempt, sender, known, is_told=False)

    async def _write(
        self, attempt: Attempt, sender: _Sender, known: Known, *, is_told: bool
    ) -> None:
        async with self._db.transaction() as tx:
            await self._finish(tx, attempt, sender, known, is_told=is_told)

    async def _finish(
        self,
        tx: Transaction,
        attempt: Attempt,
        sender: _Sender,
        known: Known,
        *,
        is_told: bool = True,
    ) -> None:
        is_new = await store.finish_attempt(tx, attempt.attempt_id, attempt.user_id, known)
        if is_new and is_told:
            await tell(tx, attempt.user_id, attempt.attempt_id, sender.trace.kind, known)
        if known.status_code == HTTPStatus.UNAUTHORIZED:
            await note_refusal(tx, attempt.user_id, sender.credentials.version, known.error_code)
        if known.duplicate_of and sender.trace.kind is Kind.PUBLISH_POST:
            await self._settle_twin(tx, attempt, sender, known.duplicate_of)

    async def _settle_twin(
        self, tx: Transaction, attempt: Attempt, sender: _Sender, post_urn: str
    ) -> None:
        """A refused repetition names the post: that is what became of an answer that was lost."""
        since = datetime.now(UTC) - TWINS
        settled = await store.settle_twin(tx, attempt.user_id, sender.trace, post_urn, since)
        if settled is not None:
            log.info("attempt_settled_by_twin", attempt_id=str(settled))
            twin = Known(AttemptState.CONFIRMED, post_urn)
            await tell(tx, attempt.user_id, settled, sender.trace.kind, twin)
