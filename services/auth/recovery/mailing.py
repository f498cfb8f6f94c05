"""Mails tokens that set a new password, fewer and fewer of them to one account."""

from datetime import timedelta

from services.auth import store as accounts
from services.auth.model import Addressee
from services.auth.recovery import store
from services.auth.recovery.aftermath import RESET
from services.auth.verification import mail_payload
from services.kernel.config import AuthSettings
from services.kernel.crypto import Keys, new_token
from services.kernel.db import Transaction
from services.kernel.outbox import Outbox

SHORTEST_GAP = timedelta(seconds=60)


class ResetMail:
    """Makes the tokens and has them mailed."""

    def __init__(self, keys: Keys, outbox: Outbox, auth: AuthSettings) -> None:
        self._keys = keys
        self._outbox = outbox
        self._life = timedelta(seconds=auth.password_reset_seconds)

    async def send_when_due(
        self, tx: Transaction, person: Addressee, template: str = RESET
    ) -> None:
        """Mail a new token, earlier ones stop working; or nothing, while the last one is young.

        The account's row is held, so that of many requests at once only the first finds it due.
        """
        if await store.is_reset_due(tx, person.user_id, shortest=SHORTEST_GAP, longest=self._life):
            await self._send(tx, person, template)

    async def _send(self, tx: Transaction, person: Addressee, template: str) -> None:
        token = new_token()
        await accounts.void_one_time_tokens(tx, person.user_id, RESET)
        await accounts.add_one_time_token(
            tx,
            person.user_id,
            RESET,
            self._keys.hash_token(token),
            bound_to=person.email,
            life=self._life,
        )
        await self._outbox.add(
            tx,
            topic="mail",
            queue="mail",
            user_id=person.user_id,
            payload=mail_payload(template, person),
            secret=token,
        )
