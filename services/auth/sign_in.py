"""Signing in with an address and a password.

Every answer is the same, in what it says and in how long it takes, whether or not the address has
an account. Source: OWASP ASVS 5.0, 6.3.8; docs/decisions/0050, 0094, 0096.
"""

from dataclasses import replace

from services.auth import store
from services.auth.devices.devices import Devices
from services.auth.errors import CredentialsInvalid, EmailNotVerified
from services.auth.marks.marks import Marks
from services.auth.mfa.challenges import Challenges
from services.auth.mfa.model import Challenge
from services.auth.model import Claim, Credentials, Device, SignedIn
from services.auth.pace import Pace
from services.auth.passwords import Passwords
from services.auth.sessions import AFTER_PASSWORD, Sessions
from services.auth.throttling.locks import Locks
from services.auth.throttling.model import Subject
from services.auth.throttling.subjects import account, network_of, places
from services.auth.throttling.subjects import device as known_device
from services.auth.throttling.throttle import Attempt, Throttle
from services.auth.verification import Verification
from services.kernel.db import Database
from services.kernel.errors import DomainError

REFUSAL_SECONDS = 0.2
"""A refusal goes out no sooner: counting the failure must not tell that the account exists."""


class SignIn:
    """Checks passwords and begins sessions."""

    def __init__(
        self,
        *,
        db: Database,
        passwords: Passwords,
        throttle: Throttle,
        locks: Locks,
        devices: Devices,
        marks: Marks,
        verification: Verification,
        challenges: Challenges,
        sessions: Sessions,
    ) -> None:
        self._db = db
        self._passwords = passwords
        self._throttle = throttle
        self._locks = locks
        self._devices = devices
        self._marks = marks
        self._verification = verification
        self._challenges = challenges
        self._sessions = sessions

    async def login(self, claim: Claim, device: Device) -> SignedIn | Challenge:
        """Begin a session, or ask for the second factor.

        Raises CredentialsInvalid, EmailNotVerified with what an unproved address was registered
        with, LoginLocked or LoginBusy.
        """
        self._passwords.refuse_when_full(network_of(device.address))
        pace = Pace(REFUSAL_SECONDS)
        known_id = await self._devices.recognise(claim.email, claim.device_token)
        device = replace(device, known_id=known_id)
        async with self._throttle.attempt(*_subjects(claim, device)) as attempt:
            known = await self._checked(claim, device, attempt, pace)
            attempt.succeed()
        await self._strengthen(known, claim.password)
        return await self._begin(known, claim, device)

    async def _checked(
        self, claim: Claim, device: Device, attempt: Attempt, pace: Pace
    ) -> Credentials:
        """The account that the password is right for."""
        known = await store.find_credentials(self._db, claim.email)
        stored = known.password_hash if known else None
        network = network_of(device.address)
        is_right = await self._passwords.verify(claim.password, stored, network)
        if known is not None and is_right and known.may_sign_in:
            return known
        refusal = await self._refusal(known, claim, attempt, is_right=is_right)
        await pace.wait()
        raise refusal

    async def _refusal(
        self, known: Credentials | None, claim: Claim, attempt: Attempt, *, is_right: bool
    ) -> DomainError:
        """What the refusal says; the failure is recorded."""
        is_first = await self._marks.tried(claim.email, claim.password)
        if is_first is False:
            # Said before, so it tells nothing new. The first time it does: whoever registers each
            # guess would else have as many as there are marks, for every address there is.
            attempt.give_back()
        elif known is not None:
            await self._locks.record(known, claim.email, attempt)
        if is_first is None:
            return CredentialsInvalid()
        if known is not None and is_right:
            await self._verification.remind(known.user_id)
        return EmailNotVerified()

    async def _strengthen(self, known: Credentials, password: str) -> None:
        """Hash again when the parameters have changed: only now is the password at hand."""
        if not self._passwords.is_outdated(known.password_hash):
            return
        stronger = await self._passwords.hash(password)
        async with self._db.transaction() as tx:
            await store.replace_password_hash(
                tx, known.user_id, old=known.password_hash, new=stronger
            )

    async def _begin(
        self, known: Credentials, claim: Claim, device: Device
    ) -> SignedIn | Challenge:
        async with self._db.transaction() as tx:
            # A password reset meanwhile has ended every session; this one must not outlive it.
            if not await store.hold_credentials(tx, known):
                raise CredentialsInvalid
            if known.has_failures and device.known_id is None:
                await self._throttle.clear(tx, claim.email)
            await self._marks.remove(tx, claim.email, claim.password)
            if known.has_second_factor:
                challenge = await self._challenges.begin_login(tx, known.user_id, device)
                if challenge is not None:
                    return challenge
            tokens = await self._sessions.begin_within(
                tx, known.user_id, device, auth_level=AFTER_PASSWORD
            )
            token = await self._devices.remember(tx, known.user_id, device.known_id)
        return SignedIn(tokens, token)


def _subjects(claim: Claim, device: Device) -> tuple[Subject, ...]:
    """A known device is counted for itself alone: others' failures do not keep it out."""
    if device.known_id is not None:
        return (known_device(device.known_id),)
    return (account(claim.email), *places(device.address))
