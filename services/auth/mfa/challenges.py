"""Asks for a second factor: at a sign-in, and of a running session's user."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from services.auth.errors import CredentialsInvalid
from services.auth.mfa import challenge_store, store
from services.auth.mfa.errors import CodesTooOften, MfaChallengeEnded, MfaMethodUnfit
from services.auth.mfa.masks import masked_email, masked_phone
from services.auth.mfa.model import BEST_FIRST, SENDING, Challenge, Method, OpenChallenge, Way
from services.auth.mfa.sending import Sending
from services.auth.model import Addressee, Device
from services.kernel.caller import Caller
from services.kernel.crypto import Keys, new_token
from services.kernel.db import Database, Transaction

LIFE = timedelta(minutes=5)
"""OWASP ASVS 5.0, 6.5.5 allows ten for a code that was sent."""
LOGIN = "login"
STEP_UP = "step_up"


class Challenges:
    """Opens challenges and sends their codes."""

    def __init__(self, db: Database, keys: Keys, sending: Sending) -> None:
        self._db = db
        self._keys = keys
        self._sending = sending

    async def begin_login(self, tx: Transaction, user_id: UUID, device: Device) -> Challenge | None:
        """Ask for a second factor after a right password; None when the user has none.

        The account is held until `tx` ends. Raises CredentialsInvalid when it is switched off.
        """
        person = await store.hold_owner(tx, user_id)
        if person is None:
            raise CredentialsInvalid
        return await self._begin(tx, person, LOGIN, device=device)

    async def begin_step_up(self, caller: Caller) -> Challenge | None:
        """Ask the user of a running session, which alone may answer; None without a second factor.

        Raises CredentialsInvalid.
        """
        async with self._db.transaction() as tx:
            person = await store.hold_owner(tx, caller.user_id)
            if person is None:
                raise CredentialsInvalid
            return await self._begin(tx, person, STEP_UP, session_id=caller.session_id)

    async def resend(self, token: str, kind: str, session_id: UUID | None) -> Challenge:
        """Send a new code by one of the user's methods.

        Raises MfaChallengeEnded, MfaMethodUnfit or CodesTooOften.
        """
        hashes = self._keys.token_hashes(token)
        async with self._db.transaction() as tx:
            person = await store.hold_challenge_owner(tx, hashes)
            challenge = await challenge_store.hold_challenge(tx, hashes, session_id)
            if person is None or challenge is None:
                raise MfaChallengeEnded
            methods = enabled(await store.list_methods(tx, person.user_id))
            method = next((one for one in methods if one.kind == kind), None)
            if method is None:
                raise MfaMethodUnfit(rule="not_enabled")
            lock = await store.lock_left(tx, person.user_id)
            if lock is not None:
                raise CodesTooOften(retry_after=lock)
            await self._sending.send(tx, challenge, method, person)
        return _shown(token, challenge, methods, method, person)

    async def _begin(
        self,
        tx: Transaction,
        person: Addressee,
        purpose: str,
        *,
        device: Device | None = None,
        session_id: UUID | None = None,
    ) -> Challenge | None:
        methods = enabled(await store.list_methods(tx, person.user_id))
        if not methods:
            return None
        token = new_token()
        challenge = await challenge_store.add_challenge(
            tx,
            person.user_id,
            purpose,
            token=self._keys.hash_token(token),
            life=LIFE,
            session_id=session_id,
            device=device,
        )
        is_sent = await self._send_first(tx, challenge, methods[0], person)
        return _shown(token, challenge, methods, methods[0] if is_sent else None, person)

    async def _send_first(
        self, tx: Transaction, challenge: OpenChallenge, best: Method, person: Addressee
    ) -> bool:
        """Send a code by the best method, if it sends any and nothing speaks against it now."""
        if best.kind not in SENDING:
            return False
        is_locked = await store.lock_left(tx, person.user_id) is not None
        if is_locked or await self._sending.wait(tx, challenge):
            return False
        await self._sending.send(tx, challenge, best, person)
        return True


def enabled(methods: Sequence[Method]) -> list[Method]:
    """Those that are switched on, the best first."""
    found = [method for method in methods if method.is_enabled]
    return sorted(found, key=lambda method: BEST_FIRST.index(method.kind))


def destination(method: Method, email: str) -> str:
    """Where a method's codes go, masked; empty for an authenticator app."""
    if method.kind == "sms":
        return masked_phone(method.phone_number)
    return masked_email(email) if method.kind == "email" else ""


def _shown(
    token: str,
    challenge: OpenChallenge,
    methods: Sequence[Method],
    sent: Method | None,
    person: Addressee,
) -> Challenge:
    ways: list[Way] = [method.kind for method in methods]
    if any(method.backup_codes_left for method in methods):
        ways.append("backup_code")
    return Challenge(
        token=token,
        ways=ways,
        sent_by=sent.kind if sent else None,
        sent_to=destination(sent, person.email) if sent else "",
        expires_at=challenge.expires_at,
    )
