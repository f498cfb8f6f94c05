"""Proving oneself again in a running session, before something sensitive.

Source: OWASP ASVS 5.0, 7.5.1 and 7.5.3
"""

from services.auth.errors import CredentialsInvalid
from services.auth.mfa import store
from services.auth.mfa.challenges import Challenges
from services.auth.mfa.model import Challenge
from services.auth.model import SessionTokens
from services.auth.passwords import Passwords
from services.auth.sessions import Sessions
from services.auth.throttling.subjects import Address, member, network_of
from services.auth.throttling.throttle import Throttle
from services.kernel.caller import Caller
from services.kernel.db import Database


class Reauthentication:
    """Checks the caller's password, and asks for the second factor where there is one."""

    def __init__(
        self,
        *,
        db: Database,
        passwords: Passwords,
        throttle: Throttle,
        challenges: Challenges,
        sessions: Sessions,
    ) -> None:
        self._db = db
        self._passwords = passwords
        self._throttle = throttle
        self._challenges = challenges
        self._sessions = sessions

    async def prove(
        self, caller: Caller, password: str, address: Address
    ) -> SessionTokens | Challenge:
        """The session's next tokens; or the challenge that is still to be answered.

        Raises CredentialsInvalid, LoginLocked or LoginBusy.
        """
        await self._check(caller, password, network_of(address))
        challenge = await self._challenges.begin_step_up(caller)
        if challenge is not None:
            return challenge
        async with self._db.transaction() as tx:
            return await self._sessions.prove(tx, caller.user_id, caller.session_id)

    async def _check(self, caller: Caller, password: str, network: str | None) -> None:
        """Compare the password; the try is counted, and committed, before."""
        self._passwords.refuse_when_full(network)
        async with self._throttle.attempt(member(caller.user_id)) as attempt:
            stored = await store.find_password_hash(self._db, caller.user_id)
            if not await self._passwords.verify(password, stored, network):
                raise CredentialsInvalid
            attempt.succeed()
