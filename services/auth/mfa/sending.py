"""Sends codes by mail and SMS, and not too many of them.

Every SMS costs money and annoys whoever owns the number: the gaps of a challenge grow, so that its
five minutes have room for four, and all challenges of a user together have a budget.
"""

from datetime import UTC, timedelta

from services.auth.mfa import challenge_store, codes
from services.auth.mfa.errors import CodesTooOften
from services.auth.mfa.model import Method, OpenChallenge
from services.auth.model import Addressee
from services.auth.verification import mail_payload
from services.kernel.crypto import Keys
from services.kernel.db import Transaction
from services.kernel.outbox import Outbox

FIRST_GAP = timedelta(seconds=30)
BUDGET = 10
BUDGET_WINDOW = timedelta(hours=1)


class Sending:
    """Makes codes for challenges and has them delivered."""

    def __init__(self, keys: Keys, outbox: Outbox) -> None:
        self._keys = keys
        self._outbox = outbox

    async def wait(self, tx: Transaction, challenge: OpenChallenge) -> timedelta:
        """How long until the next code may go out; nothing when it may now."""
        gap = timedelta(0)
        if challenge.sends:
            passed = timedelta(seconds=challenge.last_sent_seconds)
            gap = FIRST_GAP * 2 ** (challenge.sends - 1) - passed
        return max(gap, await self._wait_for_budget(tx, challenge), timedelta(0))

    async def send(
        self, tx: Transaction, challenge: OpenChallenge, method: Method, person: Addressee
    ) -> None:
        """Send a code once the transaction has committed; the one before stops working.

        Raises CodesTooOften.
        """
        wait = await self.wait(tx, challenge)
        if wait:
            raise CodesTooOften(retry_after=wait)
        code = codes.new_sent_code()
        hashed = codes.hash_sent_code(self._keys, challenge.challenge_id, code)
        await challenge_store.note_sent(tx, challenge, hashed, method.kind, method.method_id)
        if method.kind == "sms":
            await self._by_sms(tx, challenge, method, person, code)
        else:
            await self._by_mail(tx, person, code)

    async def _wait_for_budget(self, tx: Transaction, challenge: OpenChallenge) -> timedelta:
        sends, oldest = await challenge_store.count_sends(tx, challenge.user_id, BUDGET_WINDOW)
        return BUDGET_WINDOW - oldest if sends >= BUDGET else timedelta(0)

    async def _by_mail(self, tx: Transaction, person: Addressee, code: str) -> None:
        await self._outbox.add(
            tx,
            topic="mail",
            queue="mail",
            user_id=person.user_id,
            payload=mail_payload("mfa_code", person),
            secret=code,
        )

    async def _by_sms(
        self,
        tx: Transaction,
        challenge: OpenChallenge,
        method: Method,
        person: Addressee,
        code: str,
    ) -> None:
        await self._outbox.add(
            tx,
            topic="sms",
            queue="mail",
            user_id=person.user_id,
            payload={
                "to": method.phone_number,
                "template": "mfa_code",
                "language": person.language,
                "expires_time": challenge.expires_at.astimezone(UTC).isoformat(),
            },
            secret=code,
        )
