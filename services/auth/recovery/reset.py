"""A new password for whoever has the account's mailbox. It signs nobody in.

Source: OWASP ASVS 5.0, 6.4.2, 6.4.3 and 6.3.8; docs/decisions/0095-new-passwords.md
"""

from contextlib import AbstractAsyncContextManager

from services.auth import store as accounts
from services.auth.errors import TokenInvalid
from services.auth.model import Addressee
from services.auth.pace import Pace
from services.auth.passwords import Passwords, check_acceptable
from services.auth.recovery import store
from services.auth.recovery.aftermath import RESET, Aftermath
from services.auth.recovery.mailing import ResetMail
from services.auth.throttling.errors import AskedTooOften
from services.auth.throttling.subjects import Address, network_of, places
from services.auth.throttling.throttle import Attempt, Throttle
from services.auth.verification import PATIENCE
from services.kernel.crypto import Keys
from services.kernel.db import Database, Transaction

ANSWER_SECONDS = 0.1
"""Asking answers no sooner, whether or not it mails anything."""


class PasswordReset:
    """Mails tokens that set a new password, and redeems them."""

    def __init__(
        self,
        *,
        db: Database,
        keys: Keys,
        passwords: Passwords,
        throttle: Throttle,
        aftermath: Aftermath,
        reset_mail: ResetMail,
    ) -> None:
        self._db = db
        self._keys = keys
        self._passwords = passwords
        self._throttle = throttle
        self._aftermath = aftermath
        self._reset_mail = reset_mail

    async def request(self, email: str, address: Address) -> None:
        """Mail a token if the address has an account and that is due; nothing tells whether.

        Raises AskedTooOften, which depends on the client's place alone.
        """
        pace = Pace(ANSWER_SECONDS)
        async with self._asked(address):
            await self._mail_when_due(email)
        await pace.wait()

    async def redeem(self, token: str, new_password: str, address: Address) -> None:
        """Set the password; every session ends with the former one.

        Raises TokenInvalid, PasswordUnacceptable or LoginBusy; only success uses the token up.
        """
        hashes = self._keys.token_hashes(token)
        email = await store.find_reset(self._db, hashes)
        if email is None:
            raise TokenInvalid
        check_acceptable(new_password, email)
        password_hash = await self._passwords.hash(new_password, network_of(address))
        async with self._db.transaction() as tx:
            person = await self._set(tx, hashes, password_hash)
            await self._throttle.clear(tx, person.email)
            await self._aftermath.follow(tx, person, "password_reset")

    def _asked(self, address: Address) -> AbstractAsyncContextManager[Attempt]:
        return self._throttle.attempt(*places(address, "ask"), refusal=AskedTooOften)

    async def _mail_when_due(self, email: str) -> None:
        async with self._db.transaction() as tx:
            person = await store.lock_resettable(tx, email, patience=PATIENCE)
            if person is not None:
                await self._reset_mail.send_when_due(tx, person)

    async def _set(self, tx: Transaction, hashes: list[bytes], password_hash: str) -> Addressee:
        await accounts.lock_token_owner(tx, RESET, hashes)
        user_id, email = await accounts.use_one_time_token(tx, RESET, hashes)
        person = await store.reset_password(tx, user_id, email, password_hash)
        if person is None:
            raise TokenInvalid
        return person
