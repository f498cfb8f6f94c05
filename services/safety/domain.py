"""Decides about attempts and reserves what it allows; reports; shows quota."""

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.kernel.db import Database, Transaction
from services.safety import policy, store
from services.safety.errors import ReservationNotFound
from services.safety.limiter import Hint, Limiter
from services.safety.model import (
    DAY,
    WEEK,
    Account,
    Attempt,
    Decision,
    Outcome,
    QuotaWindow,
    Use,
    Verdict,
    Window,
)

ACTION_TYPES = tuple(policy.CEILINGS)
_SEVERITIES = {Verdict.BLOCKED: "violation", Verdict.DEFERRED: "warning"}


class Reservations:
    """Every verdict, and what became of it."""

    def __init__(self, db: Database, limiter: Limiter) -> None:
        self._db = db
        self._limiter = limiter

    async def reserve(self, attempt: Attempt) -> Decision:
        """Decide about an attempt; an allowed one has its quota reserved when this returns.

        The same attempt gets the same answer, unless it gave its reservation back.
        Raises AttemptMismatch, UserNotFound; when PostgreSQL cannot be asked its error passes
        through, and there is no verdict.
        Source: docs/decisions/0065-postgresql-decides.md
        """
        if await self._hint(attempt) is Hint.FULL:
            refusal = await self._refuse_without_waiting(attempt)
            if refusal is not None:
                return refusal
        decision = await self._decide(attempt)
        if decision.verdict is not Verdict.ALLOWED:
            await self._limiter.give_back(attempt)
        return decision

    async def report(self, attempt_id: UUID, user_id: UUID, outcome: Outcome) -> None:
        """Keep what became of an attempt. What may have been sent stays spent for good.

        Raises ReservationNotFound.
        """
        async with self._db.transaction() as tx:
            reported = await store.report_outcome(tx, attempt_id, user_id, outcome)
            if reported is None:
                raise ReservationNotFound
            if reported.outcome is reported.outcome_before:
                return
            if reported.verdict is not Verdict.ALLOWED:
                await self._log_unpermitted(tx, reported)
            day, count = await self._count_today(tx, await store.get_account(tx, user_id), user_id)
        if reported.outcome is Outcome.RELEASED:
            await self._limiter.give_back(reported.attempt)
        await self._limiter.correct_today(user_id, day, count)

    async def quota(self, user_id: UUID) -> list[QuotaWindow]:
        """How much of each limit a user has used in the last day and week."""
        account = await store.get_account(self._db, user_id)
        own = await store.list_own_limits(self._db, user_id, ACTION_TYPES)
        uses = await store.list_uses(self._db, user_id, ACTION_TYPES, account.now)
        shown: list[QuotaWindow] = []
        for action_type, ceiling in policy.CEILINGS.items():
            limits = policy.tightened(ceiling, own.get(action_type), account.warmup_day)
            spent = [use for use in uses if use.action_type == action_type]
            day = Window("daily_cap", limits.daily_cap, DAY)
            week = Window("weekly_cap", limits.weekly_cap, WEEK)
            shown.append(_quota_window(action_type, "day", day, spent, account.now))
            shown.append(_quota_window(action_type, "week", week, spent, account.now))
        return shown

    async def _hint(self, attempt: Attempt) -> Hint:
        ceiling = policy.CEILINGS.get(attempt.action_type)
        if ceiling is None:
            return Hint.UNKNOWN
        return await self._limiter.take(attempt, ceiling.windows())

    async def _refuse_without_waiting(self, attempt: Attempt) -> Decision | None:
        """Refuse without queueing on the user's row; None when a refusal is not justified.

        Uses that others reserve meanwhile can only justify it more, so no lock is needed.
        """
        async with self._db.transaction() as tx:
            known = await store.get_decision(tx, attempt)
            if known is not None:
                return known
            decision, account = await self._weigh(tx, attempt)
            if decision.verdict is Verdict.ALLOWED:
                return None  # Redis counted something that PostgreSQL does not
            return await self._keep(tx, attempt, decision, account)

    async def _decide(self, attempt: Attempt) -> Decision:
        async with self._db.transaction() as tx:
            await store.lock_account(tx, attempt.user_id)
            known = await store.get_decision(tx, attempt)
            if known is not None:
                return known
            decision, account = await self._weigh(tx, attempt)
            kept = await self._keep(tx, attempt, decision, account)
            if kept.verdict is Verdict.ALLOWED:
                await self._show_today(tx, account, attempt.user_id)
            return kept

    async def _weigh(self, tx: Transaction, attempt: Attempt) -> tuple[Decision, Account]:
        only = [attempt.action_type]
        account = await store.get_account(tx, attempt.user_id)
        own = await store.list_own_limits(tx, attempt.user_id, only)
        uses = await store.list_uses(tx, attempt.user_id, only, account.now)
        decision = policy.decide(attempt.action_type, account, own.get(attempt.action_type), uses)
        return decision, account

    async def _keep(
        self, tx: Transaction, attempt: Attempt, decision: Decision, account: Account
    ) -> Decision:
        """Store a decision, or return the one that a repeat of the call has stored meanwhile."""
        if not await store.add_decision(tx, attempt, decision, account.now):
            known = await store.get_decision(tx, attempt)
            assert known is not None, "a conflicting row can be read"
            return known
        if decision.verdict is not Verdict.ALLOWED:
            next_allowed = decision.next_allowed_at
            await store.add_compliance_log(
                tx,
                attempt,
                check_type="reserve_action",
                status=_SEVERITIES[decision.verdict],
                action_taken=decision.verdict,
                rules=decision.rules,
                details={"next_allowed_time": next_allowed and next_allowed.isoformat()},
            )
        return decision

    async def _log_unpermitted(self, tx: Transaction, reported: store.Reported) -> None:
        await store.add_compliance_log(
            tx,
            reported.attempt,
            check_type="report_execution",
            status="critical",
            action_taken="counted",
            rules=("acted_without_permission",),
            details={"verdict": reported.verdict, "outcome": reported.outcome},
        )

    async def _show_today(self, tx: Transaction, account: Account, user_id: UUID) -> None:
        day, count = await self._count_today(tx, account, user_id)
        forget_at = _midnight(day + DAY, account.time_zone) + DAY
        tx.after_commit(lambda: self._limiter.show_today(user_id, day, count, forget_at))

    async def _count_today(
        self, tx: Transaction, account: Account, user_id: UUID
    ) -> tuple[date, int]:
        day = account.now.astimezone(ZoneInfo(account.time_zone)).date()
        since = _midnight(day, account.time_zone)
        return day, await store.count_units(tx, user_id, since)


def _quota_window(
    action_type: str, name: str, window: Window, uses: list[Use], now: datetime
) -> QuotaWindow:
    counted = policy.inside(window, uses, now)
    return QuotaWindow(
        action_type,
        name,
        used=sum(use.units for use in counted),
        limit=window.cap,
        reset_at=counted[0].at + window.length if counted else None,
    )


def _midnight(day: date, time_zone: str) -> datetime:
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(time_zone))
    return local.astimezone(UTC)


async def uses_of_last_week(db: Database, user_id: UUID) -> list[Use]:
    """A user's uses of all actions: what the limiter's windows are refilled with."""
    now = (await store.get_account(db, user_id)).now
    return await store.list_uses(db, user_id, ACTION_TYPES, now)
