"""Finds out what became of attempts whose answer was lost. Nothing is ever sent again.

Source: docs/decisions/0141-when-an-attempt-was-not-made.md
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from uuid import UUID

from services.kernel.db import Database, Transaction
from services.profile.actions import store
from services.profile.actions.model import AttemptState, Evidence, Known, OpenAttempt
from services.profile.actions.outcomes import SENDER_LOST, THROTTLED
from services.profile.actions.readback import CannotTell, Found, look
from services.profile.actions.sightings import Sighting, may_still_tell, sighting_of
from services.profile.actions.telling import ask_the_member, tell
from services.profile.actions.traces import Kind
from services.profile.connection.access import Access
from services.profile.connection.vault import Vault
from services.profile.errors import ConnectionResting, NotConnected
from services.profile.linkedin.errors import (
    AccessDenied,
    LinkedInError,
    LinkedInRefused,
    LinkedInThrottled,
)
from services.profile.linkedin.redaction import impersonal
from services.profile.linkedin.writes import Writes
from services.profile.usage.recording import ApiUsage

SETTLED_AGE = timedelta(minutes=5)
"""Only then is what cannot be seen held not to be there: LinkedIn shows things late, and whoever
was sending has given up long before (its limit, and a minute to record the answer)."""
READS_IN_VAIN = 3
MOST_READS = 12
"""So many times, over more than a day, it is tried to read; then the member is asked."""
SOON = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
NOT_READABLE = "not_readable"
NOT_TOLD = "not_told"
NOT_CONNECTED = "linkedin_not_connected"
RESTING = "linkedin_resting"
NOT_FOUND = "not_found"
READ_FAILED = "read_failed"


class Verdict(Enum):
    """What is known after reading back."""

    CONFIRMED = "it happened"
    NOT_FOUND = "it did not happen"
    UNDECIDED = "not known yet"
    NEEDS_HUMAN = "only the member can tell"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The verdict, why, and when to ask again."""

    verdict: Verdict
    remote_id: str = ""
    error_code: str = ""
    error_message: str = ""
    retry_at: datetime | None = None
    reconcile_count: int = 0
    evidence: Evidence | None = None


class Reconciling:
    """Reads back attempts of all users."""

    def __init__(
        self,
        db: Database,
        access: Access,
        vault: Vault,
        writes: Writes,
        *,
        usage: ApiUsage,
        settled_age: timedelta = SETTLED_AGE,
    ) -> None:
        self._db = db
        self._access = access
        self._vault = vault
        self._writes = writes
        self._usage = usage
        self._settled_age = settled_age

    async def reconcile(self, attempt_id: UUID, user_id: UUID) -> Reconciled:
        """What became of an attempt, as far as LinkedIn lets us see. Raises AttemptNotFound."""
        attempt = await store.get_open_attempt(self._db, attempt_id, user_id)
        if attempt.known.state is AttemptState.SENDING:
            if attempt.age < self._settled_age:
                return _later(attempt, "sending", "it is still being sent")
            attempt = await self._given_up(attempt)
        is_open = attempt.known.state is AttemptState.UNKNOWN
        return await self._find_out(attempt) if is_open else _settled(attempt)

    async def _find_out(self, attempt: OpenAttempt) -> Reconciled:
        """First what LinkedIn's log has told: that takes no call and no scope of its own."""
        seen = await sighting_of(self._db, attempt)
        if seen.remote_id:
            return await self._confirm(attempt, seen.remote_id, Evidence.CHANGE_LOG)
        try:
            return await self._read_back(attempt)
        except (CannotTell, AccessDenied) as hidden:
            return await self._without_sight(attempt, seen, _words(hidden))
        except LinkedInThrottled as throttled:
            return _later(attempt, THROTTLED, "LinkedIn's quota is spent", throttled.until)
        except LinkedInError as failed:
            return await self._again(attempt, READ_FAILED, _words(failed))

    async def _given_up(self, attempt: OpenAttempt) -> OpenAttempt:
        """The same attempt after its sender was held dead, or had answered after all."""
        async with self._db.transaction() as tx:
            if await store.give_up_attempt(tx, attempt.attempt_id, attempt.user_id, SENDER_LOST):
                lost = Known(AttemptState.UNKNOWN, error_code=SENDER_LOST)
                await self._tell(tx, attempt, lost)
        return await store.get_open_attempt(self._db, attempt.attempt_id, attempt.user_id)

    async def _read_back(self, attempt: OpenAttempt) -> Reconciled:
        try:
            credentials = await self._access.credentials(attempt.user_id)
        except NotConnected:
            return await self._again(attempt, NOT_CONNECTED, "LinkedIn is not connected")
        except ConnectionResting as resting:
            at = datetime.now(UTC) + (resting.retry_after or SOON)
            return _later(attempt, RESTING, resting.message, at)
        token = self._vault.access_token(attempt.user_id, credentials.tokens)
        with self._usage.of(attempt.user_id, attempt.attempt_id):
            found = await look(self._writes, token, attempt)
        remote_id = await self._own(attempt, found)
        if remote_id:
            return await self._confirm(attempt, remote_id, Evidence.READ_BACK)
        is_late = attempt.age >= self._settled_age
        if is_late and attempt.reconcile_count + 1 >= READS_IN_VAIN:
            return await self._record(attempt, AttemptState.NOT_FOUND)
        return await self._again(attempt, NOT_FOUND, "it cannot be seen on LinkedIn yet")

    async def _without_sight(self, attempt: OpenAttempt, seen: Sighting, why: str) -> Reconciled:
        """LinkedIn does not let us look: wait for its change log where there is one, else ask."""
        if seen.is_ambiguous:
            return await self._ask_the_member(
                attempt, NOT_READABLE, f"{why}, and what LinkedIn's log tells fits several attempts"
            )
        if await may_still_tell(self._db, attempt):
            return await self._again(attempt, NOT_TOLD, "LinkedIn's log does not tell of it yet")
        return await self._ask_the_member(attempt, NOT_READABLE, why)

    async def _own(self, attempt: OpenAttempt, found: Found) -> str:
        """The likeliest of what was found that is not another attempt's result; else ""."""
        if attempt.trace is None or attempt.trace.kind not in _MAKING:
            return next(iter(found.remote_ids), "")
        taken = await store.list_taken(self._db, attempt, found.remote_ids)
        return next((each for each in found.remote_ids if each not in taken), "")

    async def _confirm(
        self, attempt: OpenAttempt, remote_id: str, evidence: Evidence
    ) -> Reconciled:
        return await self._record(attempt, AttemptState.CONFIRMED, remote_id, evidence)

    async def _record(
        self,
        attempt: OpenAttempt,
        state: AttemptState,
        remote_id: str = "",
        evidence: Evidence = Evidence.READ_BACK,
    ) -> Reconciled:
        async with self._db.transaction() as tx:
            count = await store.reconcile_attempt(
                tx, attempt, state, remote_id=remote_id, evidence=evidence
            )
            if count is not None:
                await self._tell(tx, attempt, Known(state, remote_id, error_code=NOT_FOUND))
        # Its sender may have answered meanwhile: the row says what holds.
        return _settled(await store.get_open_attempt(self._db, attempt.attempt_id, attempt.user_id))

    async def _again(self, attempt: OpenAttempt, code: str, message: str) -> Reconciled:
        """Count a reading that decided nothing; after the last one the member is asked."""
        if attempt.reconcile_count + 1 >= MOST_READS:
            return await self._ask_the_member(attempt, code, message)
        count = await self._count(attempt)
        return _later(replace(attempt, reconcile_count=count), code, message)

    async def _ask_the_member(self, attempt: OpenAttempt, code: str, message: str) -> Reconciled:
        count = await self._count(attempt, asking=message)
        return Reconciled(Verdict.NEEDS_HUMAN, "", code, message, reconcile_count=count)

    async def _count(self, attempt: OpenAttempt, *, asking: str = "") -> int:
        """Count a reading; with `asking` its member is asked, for that reason."""
        async with self._db.transaction() as tx:
            count = await store.reconcile_attempt(tx, attempt, AttemptState.UNKNOWN)
            if count is not None and asking and attempt.trace is not None:
                user_id, kind = attempt.user_id, attempt.trace.kind
                await ask_the_member(tx, user_id, attempt.attempt_id, kind, asking)
        return attempt.reconcile_count if count is None else count

    async def _tell(self, tx: Transaction, attempt: OpenAttempt, known: Known) -> None:
        if attempt.trace is not None:
            await tell(tx, attempt.user_id, attempt.attempt_id, attempt.trace.kind, known)


_MAKING = frozenset({Kind.PUBLISH_POST, Kind.REPOST, Kind.CREATE_COMMENT})
"""Kinds that make a thing of their own: it cannot be the result of two attempts."""


def _settled(attempt: OpenAttempt) -> Reconciled:
    known = attempt.known
    if known.state is AttemptState.CONFIRMED:
        return Reconciled(
            Verdict.CONFIRMED,
            known.remote_id,
            reconcile_count=attempt.reconcile_count,
            evidence=attempt.evidence,
        )
    return Reconciled(
        Verdict.NOT_FOUND,
        "",
        known.error_code or NOT_FOUND,
        known.error_message or "LinkedIn does not have it",
        reconcile_count=attempt.reconcile_count,
        evidence=attempt.evidence,
    )


def _later(attempt: OpenAttempt, code: str, message: str, at: datetime | None = None) -> Reconciled:
    pause = min(SOON * 2 ** min(attempt.reconcile_count, 10), LONGEST_PAUSE)
    return Reconciled(
        Verdict.UNDECIDED,
        "",
        code,
        message,
        at or datetime.now(UTC) + pause,
        attempt.reconcile_count,
    )


def _words(failed: Exception) -> str:
    """What LinkedIn or we say of it, without people."""
    return impersonal(failed.message if isinstance(failed, LinkedInRefused) else str(failed))
