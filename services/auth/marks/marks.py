"""Lets a sign-in with an unproved address say the same whether or not the address was taken.

Each registration leaves a mark, also that of a taken address, which opened nothing. Whoever signs
in with what was registered hears that the address is not proved, by the mark alone.
Source: docs/decisions/0096-marks-of-registrations.md
"""

from datetime import timedelta

from services.auth.marks import store
from services.auth.marks.store import Mark
from services.auth.passwords import normalised
from services.kernel.crypto import Keys
from services.kernel.db import Database, Transaction

LIFE = timedelta(days=7)
"""As long as an unproved account is mailed; see verification.PATIENCE."""
MARK_BYTES = 2
"""Enough to know a password again, too few to find it by: one guess in 65,536 fits by chance."""
MOST_PER_ADDRESS = 20


class Marks:
    """The marks of the last days' registrations."""

    def __init__(self, db: Database, keys: Keys) -> None:
        self._db = db
        self._keys = keys

    async def note(self, tx: Transaction, email: str, password: str) -> bool:
        """Note that the address was registered with this password; whether it had been before."""
        mark = self._mark(email, password)
        return await store.add_mark(tx, mark, life=LIFE, most=MOST_PER_ADDRESS)

    async def tried(self, email: str, password: str) -> bool | None:
        """Note that somebody signs in with this; whether that is the first time since it was noted.

        None when the address was not registered with this password within the last week.
        """
        return await store.try_mark(self._db, self._mark(email, password), life=LIFE)

    async def remove(self, tx: Transaction, email: str, password: str) -> None:
        """Forget a mark: with this password one signs in now."""
        await store.remove_mark(tx, self._mark(email, password))

    def _mark(self, email: str, password: str) -> Mark:
        address = email.lower()
        said = f"{address}\0{normalised(password)}".encode()
        return Mark(
            self._keys.mac("registration_address", address.encode()),
            self._keys.mac("registration_password", said)[:MARK_BYTES],
        )
