"""A new password for whoever is signed in and knows the present one."""

from services.auth.errors import CredentialsInvalid
from services.auth.passwords import Passwords, check_acceptable
from services.auth.recovery import store
from services.auth.recovery.aftermath import Aftermath
from services.auth.recovery.store import Present
from services.auth.throttling.subjects import Address, member, network_of
from services.auth.throttling.throttle import Throttle
from services.kernel.caller import Caller
from services.kernel.db import Database


class PasswordChange:
    """Replaces a password."""

    def __init__(
        self, db: Database, passwords: Passwords, throttle: Throttle, aftermath: Aftermath
    ) -> None:
        self._db = db
        self._passwords = passwords
        self._throttle = throttle
        self._aftermath = aftermath

    async def change(self, caller: Caller, current: str, new: str, address: Address) -> None:
        """Replace the password and end every session but the caller's.

        Raises CredentialsInvalid for a wrong present password, PasswordUnacceptable, LoginLocked or
        LoginBusy.
        """
        present = await store.find_own(self._db, caller.user_id)
        if present is None:
            raise CredentialsInvalid
        check_acceptable(new, present.email)
        await self._prove(caller, current, present, address)
        password_hash = await self._passwords.hash(new, network_of(address))
        async with self._db.transaction() as tx:
            person = await store.change_password(tx, caller.user_id, present, password_hash)
            if person is None:
                raise CredentialsInvalid
            await self._aftermath.follow(tx, person, "password_changed", keep=caller.session_id)

    async def _prove(
        self, caller: Caller, current: str, present: Present, address: Address
    ) -> None:
        async with self._throttle.attempt(member(caller.user_id)) as attempt:
            if not await self._passwords.verify(
                current, present.password_hash, network_of(address)
            ):
                raise CredentialsInvalid
            attempt.succeed()
