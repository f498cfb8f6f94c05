"""Makes backup codes. Hashing them takes as long as ten sign-ins: one set a user at once."""

from collections.abc import Sequence
from uuid import UUID

from services.auth.errors import LoginBusy
from services.auth.mfa import codes, store
from services.auth.mfa.challenges import enabled
from services.auth.mfa.errors import MfaMethodUnfit
from services.auth.mfa.notices import Notices
from services.auth.passwords import RETRY_AFTER, Passwords
from services.auth.throttling.subjects import Address, network_of
from services.kernel.caller import Caller
from services.kernel.db import Database


class BackupCodes:
    """Ten codes for when no other factor is at hand, shown once and kept as hashes."""

    def __init__(self, db: Database, passwords: Passwords, notices: Notices) -> None:
        self._db = db
        self._passwords = passwords
        self._notices = notices
        self._hashing: set[UUID] = set()

    def refuse_when_full(self, user_id: UUID, address: Address) -> None:
        """Raises LoginBusy when no codes could be made now: before anything is used up for them."""
        if user_id in self._hashing:
            raise LoginBusy(retry_after=RETRY_AFTER)
        self._passwords.refuse_when_full(network_of(address))

    async def make(self, user_id: UUID, address: Address) -> tuple[Sequence[str], Sequence[str]]:
        """Codes to show, and their hashes to keep. Raises LoginBusy."""
        self.refuse_when_full(user_id, address)
        printed = codes.new_backup_codes()
        words = [parsed[1] for parsed in map(codes.parse_backup_code, printed) if parsed]
        self._hashing.add(user_id)
        try:
            return printed, await self._passwords.hash_all(words, network_of(address))
        finally:
            self._hashing.discard(user_id)

    async def regenerate(self, caller: Caller, address: Address) -> Sequence[str]:
        """Ten new backup codes; the earlier ones stop working.

        Raises MfaMethodUnfit without a second factor, and LoginBusy.
        """
        if not enabled(await store.list_methods(self._db, caller.user_id)):
            raise MfaMethodUnfit(rule="not_enabled")
        printed, hashes = await self.make(caller.user_id, address)
        async with self._db.transaction() as tx:
            person = await store.hold_owner(tx, caller.user_id)
            if person is None or not await store.keep_backup_codes(tx, caller.user_id, hashes):
                raise MfaMethodUnfit(rule="not_enabled")
            await self._notices.changed(tx, person, "backup_codes")
        return printed
