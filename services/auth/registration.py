"""Opening an account. The answer never tells whether the address had one.

Source: OWASP ASVS 5.0, 6.3.8; docs/decisions/0050-registration-tells-nothing.md
"""

from datetime import timedelta

from services.auth import store
from services.auth.account.names import check_name
from services.auth.cache import Cache
from services.auth.contest import Contest
from services.auth.errors import RegistrationClosed
from services.auth.marks.marks import Marks
from services.auth.model import Addressee, NewAccount, Registered
from services.auth.pace import Pace
from services.auth.passwords import Passwords, check_acceptable
from services.auth.throttling.errors import AskedTooOften
from services.auth.throttling.subjects import Address, network_of, places
from services.auth.throttling.throttle import Throttle
from services.auth.tokens import is_invited
from services.auth.verification import Verification, mail_payload
from services.kernel.config import Settings
from services.kernel.crypto import Keys, new_token
from services.kernel.db import Database, Transaction
from services.kernel.outbox import Outbox
from services.kernel.time_zones import check_time_zone

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
        throttle: Throttle,
        verification: Verification,
        cache: Cache,
        marks: Marks,
        contest: Contest,
        settings: Settings,
    ) -> None:
        self._db = db
        self._keys = keys
        self._outbox = outbox
        self._passwords = passwords
        self._throttle = throttle
        self._verification = verification
        self._cache = cache
        self._marks = marks
        self._contest = contest
        self._mode = settings.registration
        self._abandoned_after = timedelta(seconds=settings.auth.verification_seconds)

    async def register(
        self, account: NewAccount, invitation: str, address: Address = None
    ) -> Registered:
        """Open an account and mail its verification; for a taken address, only seem to.

        Raises RegistrationClosed, TimeZoneUnknown, PasswordUnacceptable, AskedTooOften, or
        LoginBusy, none of which depends on whether the address is taken.
        """
        self._admit(account.email, invitation)
        check_name("first_name", account.first_name)
        check_name("last_name", account.last_name)
        check_time_zone(account.time_zone)
        check_acceptable(account.password, account.email)
        pace = Pace(ANSWER_SECONDS)
        subjects = places(address, "register")
        async with self._throttle.attempt(*subjects, refusal=AskedTooOften):
            password_hash = await self._passwords.hash(account.password, network_of(address))
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
        is_repeated = await self._marks.note(tx, account.email, account.password)
        await store.drop_abandoned(tx, account.email, age=self._abandoned_after)
        user_id = await store.add_user(tx, account, password_hash)
        if user_id is None:
            other_hash = None if is_repeated else password_hash
            return await self._seem_to_open(tx, account.email, other_hash)
        person = Addressee(user_id, account.email, account.first_name, account.language)
        await self._verification.mail(tx, person)
        await announce(self._outbox, tx, person)
        return Registered(user_id, await self._verification.registration_token(tx, person))

    async def _seem_to_open(
        self, tx: Transaction, email: str, other_hash: str | None
    ) -> Registered:
        """Tell the owner; `other_hash` is of a password that was not registered here before."""
        owner = await store.find_owner(tx, email)
        is_contested = bool(
            owner and other_hash and await self._contest.settle(tx, owner, other_hash)
        )
        if owner and not is_contested:
            await self._tell(tx, owner)
        return Registered(await store.new_id(tx), new_token())

    async def _tell(self, tx: Transaction, owner: Addressee) -> None:
        if await self._cache.is_first(owner.user_id, "address_taken", NOTICE_GAP):
            await self._outbox.add(
                tx,
                topic="mail",
                queue="mail",
                user_id=owner.user_id,
                payload=mail_payload("address_taken", owner),
            )


async def announce(outbox: Outbox, tx: Transaction, person: Addressee) -> None:
    """Have the other services prepare for a new user, once the transaction has committed."""
    await outbox.add(
        tx,
        topic="initialize_user",
        queue="high",
        user_id=person.user_id,
        payload={"user_id": str(person.user_id)},
    )
