"""Lets tries through one at a time, and fewer and fewer of those that fail.

    async with throttle.attempt(member(user_id)) as attempt:
        if not await passwords.verify(password, stored):
            raise CredentialsInvalid
        attempt.succeed()

A try is counted and committed before the block runs, so that parallel guesses do not slip through;
it stays counted unless `succeed` or `give_back` is called, whatever the block raises.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.auth.errors import LoginBusy
from services.auth.throttling import store
from services.auth.throttling.errors import LoginLocked
from services.auth.throttling.model import Count, Subject
from services.auth.throttling.rules import Ladder, rules
from services.auth.throttling.subjects import account
from services.kernel.config import AuthSettings
from services.kernel.crypto import Keys
from services.kernel.db import Database, Transaction
from services.kernel.errors import DomainError


class Blocked(Exception):
    """A subject has to wait."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait


@dataclass
class Attempt:
    """A try that has been counted."""

    counts: Sequence[Count]
    """With this try."""
    is_right: bool = False
    is_given_back: bool = False

    def succeed(self) -> None:
        """It was right: earlier failures of whoever tried are forgotten."""
        self.is_right = True

    def give_back(self) -> None:
        """It told nothing: as if it had not been made."""
        self.is_given_back = True

    def count_of(self, kind: str) -> Count | None:
        """What is counted now for the subject of this kind."""
        return next((count for count in self.counts if count.kind == kind), None)


class Throttle:
    """Counts tries in PostgreSQL, where every process sees them."""

    def __init__(self, db: Database, keys: Keys, auth: AuthSettings) -> None:
        self._db = db
        self._keys = keys
        self._rules = rules(auth)

    @asynccontextmanager
    async def attempt(
        self, *subjects: Subject, refusal: type[DomainError] = LoginLocked
    ) -> AsyncIterator[Attempt]:
        """Count a try for each subject, at most one of a kind. Raises LoginLocked, or `refusal`.

        A try that is refused is counted for nobody: a blocked client cannot lock others out.
        """
        keyed = [self._keyed(subject) for subject in subjects]
        try:
            attempt = Attempt(await self._count(keyed))
        except Blocked as blocked:
            raise refusal(retry_after=blocked.wait) from None
        try:
            yield attempt
        except LoginBusy:
            attempt.give_back()
            raise
        finally:
            if attempt.is_right or attempt.is_given_back:
                await self._settle(attempt)

    async def spend(self, tx: Transaction, subject: Subject) -> timedelta:
        """Count one more in the caller's transaction; or how long that has to wait."""
        (held,) = await store.hold_counts(tx, [self._keyed(subject)])
        if not held.wait:
            await store.write_counts(tx, [self._rules[held.kind].add(held)])
        return held.wait

    async def clear(self, tx: Transaction, email: str) -> None:
        """Lift the lock that strangers' failures put on an account, and forget them."""
        await store.forget_counts(tx, [self._keyed(account(email))])
        await store.mirror_nothing(tx, email)

    def locked_until(self, count: Count) -> datetime | None:
        """Until when a count locks; None while it only delays."""
        rule = self._rules[count.kind]
        is_lock = isinstance(rule, Ladder) and count.failures >= rule.lock_at
        return count.blocked_until if is_lock else None

    async def _count(self, subjects: Sequence[store.Keyed]) -> list[Count]:
        if not subjects:
            return []
        wait = await store.longest_wait(self._db, subjects)
        if wait:
            raise Blocked(wait)
        async with self._counting() as tx:
            held = await store.hold_counts(tx, subjects)
            longest = max(count.wait for count in held)
            if longest:  # somebody else's try was counted meanwhile
                raise Blocked(longest)
            counted = [self._rules[count.kind].add(count) for count in held]
            await store.write_counts(tx, counted)
        return counted

    async def _settle(self, attempt: Attempt) -> None:
        """Take the try back; a right one takes the failures before it along."""
        then = {count.kind: count for count in attempt.counts}
        subjects = [(count.kind, count.key) for count in attempt.counts]
        async with self._counting() as tx:
            held = await store.hold_counts(tx, subjects)
            taken_back = [self._rules[now.kind].take_back(now, then[now.kind]) for now in held]
            await store.write_counts(tx, taken_back)
            if attempt.is_right:
                await store.forget_counts(tx, self._forgiving(subjects))

    def _forgiving(self, subjects: Sequence[store.Keyed]) -> list[store.Keyed]:
        return [(kind, key) for kind, key in subjects if self._rules[kind].is_forgiving]

    @asynccontextmanager
    async def _counting(self) -> AsyncIterator[Transaction]:
        """A transaction apart from the call's effects, which enter its idempotency key."""
        async with self._db.connection() as connection, connection.transaction():
            yield Transaction(connection)

    def _keyed(self, subject: Subject) -> store.Keyed:
        return subject.kind, self._keys.mac("throttle", f"{subject.kind}|{subject.value}".encode())
