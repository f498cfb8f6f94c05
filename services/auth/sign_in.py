"""Signing in with an address and a password."""

from typing import NoReturn

from services.auth import store
from services.auth.errors import CredentialsInvalid, EmailNotVerified
from services.auth.model import Credentials, Device, SessionTokens
from services.auth.pace import Pace
from services.auth.passwords import Passwords
from services.auth.sessions import Sessions
from services.auth.verification import Verification
from services.kernel.db import Database

REFUSAL_SECONDS = 0.2
"""A refusal goes out no sooner: counting the failure must not tell that the account exists."""


class SignIn:
    """Checks passwords and begins sessions."""

    def __init__(
        self, db: Database, passwords: Passwords, verification: Verification, sessions: Sessions
    ) -> None:
        self._db = db
        self._passwords = passwords
        self._verification = verification
        self._sessions = sessions

    async def login(self, email: str, password: str, device: Device) -> SessionTokens:
        """Begin a session.

        Raises CredentialsInvalid, EmailNotVerified after a right password, or LoginBusy.
        """
        self._passwords.refuse_when_full()
        pace = Pace(REFUSAL_SECONDS)
        known = await store.find_credentials(self._db, email)
        is_right = await self._passwords.verify(password, known.password_hash if known else None)
        if known is None or not is_right or not known.is_active:
            await self._refuse(known, pace)
        if not known.is_verified:
            await self._verification.remind(known.user_id)
            raise EmailNotVerified
        await self._strengthen(known, password)
        return await self._sessions.begin(known.user_id, device)

    async def _refuse(self, known: Credentials | None, pace: Pace) -> NoReturn:
        if known is not None:
            async with self._db.transaction() as tx:
                await store.count_failed_login(tx, known.user_id)
        await pace.wait()
        raise CredentialsInvalid

    async def _strengthen(self, known: Credentials, password: str) -> None:
        """Hash again when the parameters have changed: only now is the password at hand."""
        if not self._passwords.is_outdated(known.password_hash):
            return
        stronger = await self._passwords.hash(password)
        async with self._db.transaction() as tx:
            await store.replace_password_hash(
                tx, known.user_id, old=known.password_hash, new=stronger
            )
