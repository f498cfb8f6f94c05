"""Counts tries, and commits the count, before anything is compared.

Counting afterwards would let as many guesses through as can be sent at once. Beside each
challenge's own limit the user's is counted over all of them, or whoever has the password would go
on guessing with ever new challenges. Source: OWASP ASVS 5.0, 6.3.1 and 6.6.3; docs/decisions/0091.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from services.auth.errors import LoginBusy
from services.auth.mfa import challenge_store, store
from services.auth.mfa.challenges import enabled
from services.auth.mfa.errors import MfaChallengeEnded, MfaLocked, MfaMethodNotFound
from services.auth.mfa.model import Try
from services.auth.mfa.notices import Notices
from services.kernel.caller import Caller
from services.kernel.crypto import Keys
from services.kernel.db import Database, Transaction

FREE_TRIES = 10
"""Wrong codes in a row before the door closes: two whole challenges."""
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
"""At 24 guesses a day three of a million codes are right: a year of them finds one in forty."""


class Tries:
    """Counts tries at challenges."""

    def __init__(self, db: Database, keys: Keys, notices: Notices) -> None:
        self._db = db
        self._keys = keys
        self._notices = notices

    async def count(self, token: str, session_id: UUID | None) -> Try:
        """Count a try at a challenge; `session_id` is the caller's, if there is one.

        Raises MfaChallengeEnded, or MfaLocked, which counts nothing.
        """
        hashes = self._keys.token_hashes(token)
        async with self._db.transaction() as tx:
            person = await store.hold_challenge_owner(tx, hashes)
            if person is None:
                raise MfaChallengeEnded
            counted = await challenge_store.count_try(tx, hashes, session_id)
            if counted is None:
                raise MfaChallengeEnded
            in_a_row = await self._count_for(tx, person.user_id)
            methods = enabled(await store.list_methods(tx, person.user_id))
        return replace(counted, methods=methods, in_a_row=in_a_row)

    async def count_enrolment(self, caller: Caller, method_id: UUID) -> Try:
        """Count a try at confirming a method that the caller's session has begun to set up.

        Raises MfaMethodNotFound or MfaChallengeEnded.
        """
        async with self._db.transaction() as tx:
            await store.hold_owner(tx, caller.user_id)
            methods = await store.list_methods(tx, caller.user_id)
            found = [method for method in methods if method.method_id == method_id]
            if not found:
                raise MfaMethodNotFound
            counted = await challenge_store.count_enrolment_try(
                tx, caller.user_id, method_id, caller.session_id
            )
            if counted is None:
                raise MfaChallengeEnded
        return replace(counted, methods=found)

    @asynccontextmanager
    async def comparing(self, tried: Try) -> AsyncIterator[None]:
        """Compare a counted try; it is given back when there was no room to compare it."""
        try:
            yield
        except LoginBusy:
            async with self._db.transaction() as tx:
                await store.hold_owner(tx, tried.user_id)
                await challenge_store.give_try_back(tx, tried)
                if tried.in_a_row:
                    await store.give_user_try_back(tx, tried.user_id, free_tries=FREE_TRIES)
            raise

    async def refused(self, tried: Try, way: str) -> None:
        """Note that a counted try was wrong; tell the owner when it closes the door."""
        async with self._db.transaction() as tx:
            person = await store.hold_owner(tx, tried.user_id)
            await self._notices.refused(tx, tried.user_id, way)
            if person is not None and tried.in_a_row == FREE_TRIES:
                await self._notices.locked(tx, person)

    async def _count_for(self, tx: Transaction, user_id: UUID) -> int:
        """Count it for the user too; returns how many in a row that makes.

        Raises MfaLocked, which takes the challenge's count back.
        """
        left = await store.lock_left(tx, user_id)
        if left is not None:
            raise MfaLocked(retry_after=left)
        return await store.count_user_try(
            tx,
            user_id,
            free_tries=FREE_TRIES,
            first_pause=FIRST_PAUSE,
            longest_pause=LONGEST_PAUSE,
        )
