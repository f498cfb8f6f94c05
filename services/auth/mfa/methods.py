"""Sets second factors up and takes them away."""

import asyncio
from uuid import UUID

from services.auth.errors import CredentialsInvalid
from services.auth.mfa import challenge_store, store, totp
from services.auth.mfa.challenges import LIFE, destination
from services.auth.mfa.errors import (
    CodesTooOften,
    MfaMethodEnabled,
    MfaMethodNotFound,
    MfaMethodUnfit,
)
from services.auth.mfa.model import SENDING, Enrolment, Kind, Method
from services.auth.mfa.notices import Notices
from services.auth.mfa.sending import Sending
from services.auth.model import Addressee
from services.auth.sessions import Sessions
from services.auth.throttling.subjects import number
from services.auth.throttling.throttle import Throttle
from services.kernel.caller import Caller
from services.kernel.config import Settings
from services.kernel.crypto import Keys, context, new_token
from services.kernel.db import Database, Transaction
from services.kernel.errors import InvalidRequest

ENROL = "enrol"
MFA_CHANGE = "mfa_change"


class Methods:
    """A user's second factors. Switching one on is in confirmation."""

    def __init__(
        self,
        *,
        db: Database,
        keys: Keys,
        sending: Sending,
        throttle: Throttle,
        sessions: Sessions,
        notices: Notices,
        settings: Settings,
    ) -> None:
        self._db = db
        self._keys = keys
        self._sending = sending
        self._throttle = throttle
        self._sessions = sessions
        self._notices = notices
        self._issuer = settings.auth.mfa_issuer
        self._is_sms_offered = settings.sms.provider != "none"

    async def enrol(self, caller: Caller, kind: Kind, phone_number: str) -> Enrolment:
        """Begin to set a method up; one that was begun before is replaced.

        Raises MfaMethodEnabled, MfaMethodUnfit where no SMS are sent, CodesTooOften, and
        InvalidRequest for a number that is missing or too many.
        """
        self._check(kind, phone_number)
        secret = totp.new_secret() if kind == "totp" else None
        async with self._db.transaction() as tx:
            person = await _held(tx, caller)
            await self._spend(tx, phone_number)
            method = await self._begin(tx, person, kind, secret=secret, phone_number=phone_number)
            await self._challenge(tx, caller, person, method)
        if secret is None:
            return Enrolment(method, destination(method, person.email))
        uri = totp.otpauth_uri(secret, person.email, self._issuer)
        picture = await asyncio.to_thread(totp.qr_png, uri)
        return Enrolment(method, "", uri, picture, totp.as_base32(secret))

    async def list(self, caller: Caller) -> list[tuple[Method, str]]:
        """The methods, oldest first, each with where its codes go, masked."""
        async with self._db.transaction() as tx:
            person = await _held(tx, caller)
            methods = await store.list_methods(tx, caller.user_id)
        return [(method, destination(method, person.email)) for method in methods]

    async def disable(self, caller: Caller, method_id: UUID) -> None:
        """Switch a method off and end every other session; or take back one that was begun.

        The backup codes go with the last method. Raises MfaMethodNotFound.
        """
        async with self._db.transaction() as tx:
            person = await _held(tx, caller)
            removed = await store.remove_method(tx, caller.user_id, method_id)
            if removed is None:
                raise MfaMethodNotFound
            if not removed.is_enabled:
                return
            if removed.backup_codes:
                await store.keep_backup_codes(tx, caller.user_id, removed.backup_codes)
            await self._sessions.end_all(tx, caller.user_id, MFA_CHANGE, keep=caller.session_id)
            await self._notices.changed(tx, person, "disabled", removed.kind)

    def _check(self, kind: Kind, phone_number: str) -> None:
        if kind != "sms":
            if phone_number:
                raise InvalidRequest({"phone_number": "is for SMS only"})
            return
        if not self._is_sms_offered:
            raise MfaMethodUnfit(rule="not_offered")
        if not phone_number:
            raise InvalidRequest({"phone_number": "is needed for SMS"})

    async def _spend(self, tx: Transaction, phone_number: str) -> None:
        """Raises CodesTooOften when a number that may be anybody's has had enough SMS."""
        wait = await self._throttle.spend(tx, number(phone_number)) if phone_number else None
        if wait:
            raise CodesTooOften(retry_after=wait)

    async def _begin(
        self,
        tx: Transaction,
        person: Addressee,
        kind: Kind,
        *,
        secret: bytes | None,
        phone_number: str,
    ) -> Method:
        place = context("user_mfa.secret", person.user_id)
        method = await store.begin_method(
            tx,
            person.user_id,
            kind,
            secret=None if secret is None else self._keys.seal(secret, place),
            phone_number=phone_number or None,
            email=person.email if kind == "email" else None,
        )
        if method is None:
            raise MfaMethodEnabled(rule="already_enabled")
        return method

    async def _challenge(
        self, tx: Transaction, caller: Caller, person: Addressee, method: Method
    ) -> None:
        """Count the tries to confirm it, and send the code if the method sends any."""
        await challenge_store.end_enrolments(tx, person.user_id, method.method_id)
        challenge = await challenge_store.add_challenge(
            tx,
            person.user_id,
            ENROL,
            # Nobody is given it: a method is confirmed by its id, in the session that began it.
            token=self._keys.hash_token(new_token()),
            life=LIFE,
            method_id=method.method_id,
            session_id=caller.session_id,
        )
        if method.kind in SENDING:
            await self._sending.send(tx, challenge, method, person)


async def _held(tx: Transaction, caller: Caller) -> Addressee:
    person = await store.hold_owner(tx, caller.user_id)
    if person is None:
        raise CredentialsInvalid
    return person
