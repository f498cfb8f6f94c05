"""Knows devices by a token that each sign-in replaces.

Source: OWASP, Slow Down Online Guessing Attacks with Device Cookies; docs/decisions/0095.
"""

from datetime import timedelta
from uuid import UUID

from services.auth.devices import store
from services.kernel.config import AuthSettings
from services.kernel.crypto import Keys, new_token
from services.kernel.db import Database, Transaction

MOST_PER_USER = 20
"""A client that never sends its token is a new device each time."""


class Devices:
    """The known devices of all users. Knowing one proves nothing but that it has been here."""

    def __init__(self, db: Database, keys: Keys, auth: AuthSettings) -> None:
        self._db = db
        self._keys = keys
        self._life = timedelta(seconds=auth.known_device_seconds)

    async def recognise(self, email: str, token: str) -> UUID | None:
        """The device's id, if the token is of a device that the account knows."""
        if not token:
            return None
        return await store.find_device(self._db, email, self._keys.token_hashes(token))

    async def remember(self, tx: Transaction, user_id: UUID, device_id: UUID | None) -> str:
        """The token to present next time: of the device that was recognised, or of a new one.

        The token before it stays good until this one is presented: the answer may be lost.
        """
        token = new_token()
        stored = self._keys.hash_token(token)
        is_rotated = device_id is not None and await store.rotate_device(
            tx, user_id, device_id, stored, life=self._life
        )
        if not is_rotated:
            await store.add_device(tx, user_id, stored, life=self._life)
            await store.forget_surplus_devices(tx, user_id, most=MOST_PER_USER)
        return token

    async def forget_all(self, tx: Transaction, user_id: UUID) -> None:
        """Treat every device of the user as a stranger's from now on."""
        await store.forget_devices(tx, user_id)
