"""Opening an account. The answer never tells whether the address had one.

Source: OWASP ASVS 5.0, 6.3.8; docs/decisions/0050-registration-tells-nothing.md
"""

from datetime import timedelta

from services.auth import store
from services.auth.cache import Cache
from services.auth.errors import RegistrationClosed
from services.auth.model import Addressee, NewAccount, Registered
from services.auth.pace import Pace
from services.auth.passwords import Passwords, check_acceptable
from services.auth.time_zones import check_time_zone
from services.auth.tokens import is_invited
from services.auth.verification import Verification, mail_payload
from services.kernel.config import Settings
from services.kernel.crypto import Keys, new_token
from services.kernel.db import Database, Transaction
from services.kernel.outbox import Outbox

ANSWER_SECONDS = 0.2
"""Registering answers no sooner: above one password hash and the writes of either path."""
NOTICE_GAP = timedelta(hours=1)
"""An owner is told of attempts on their address at most this often."""


class Registration:
    """Opens accounts."""

    def __init__(
        self,
        *,
        db: Database,
        keys: Keys,
        outbox: Outbox,
        passwords: Passwords,
        verification: Verification,
        cache: Cache,
        settings: Settings,
    ) -> None:
        self._db = db
        self._keys = keys
        self._outbox = outbox
        self._passwords = passwords
        self._verification = verification
        self._cache = cache
        self._mode = settings.registration
        self._abandoned_after = timedelta(seconds=settings.auth.verification_seconds)

    async def register(self, account: NewAccount, invitation: str) -> Registered:
        """Open an account and mail its verification; for a taken address, only seem to.

        Raises RegistrationClosed, TimeZoneUnknown, PasswordUnacceptable or LoginBusy, none of which
        depends on whether the address is taken.
        """
        self._admit(account.email, invitation)
        check_time_zone(account.time_zone)
        check_acceptable(account.password, account.email)
        pace = Pace(ANSWER_SECONDS)
        password_hash = await self._passwords.hash(account.password)
        async with self._db.transaction() as tx:
            registered = await self._open(tx, account, password_hash)
        await pace.wait()
        return registered

    def _admit(self, email: str, invitation: str) -> None:
        if self._mode == "open":
            return
        if self._mode == "closed" or not is_invited(self._keys, email, invitation):
            raise RegistrationClosed

    async def _open(self, tx: Transaction, account: NewAccount, password_hash: str) -> Registered:
        await store.drop_abandoned(tx, account.email, age=self._abandoned_after)
        user_id = await store.add_user(tx, account, password_hash)
        if user_id is None:
            return await self._seem_to_open(tx, account.email)
        person = Addressee(user_id, account.email, account.first_name, account.language)
        await self._verification.mail(tx, person)
        await announce(self._outbox, tx, person)
        return Registered(user_id, await self._verification.registration_token(tx, person))

    async def _seem_to_open(self, tx: Transaction, email: str) -> Registered:
        owner = await store.find_owner(tx, email)
        if owner and await self._cache.is_first(owner.user_id, "address_taken", NOTICE_GAP):
            await self._outbox.add(
                tx,
                topic="mail",
                queue="mail",
                user_id=owner.user_id,
                payload=mail_payload("address_taken", owner),
            )
        return Registered(await store.new_id(tx), new_token())


async def announce(outbox: Outbox, tx: Transaction, person: Addressee) -> None:
    """Have the other services prepare for a new user, once the transaction has committed."""
    await outbox.add(
        tx,
        topic="initialize_user",
        queue="high",
        user_id=person.user_id,
        payload={"user_id": str(person.user_id)},
    )
