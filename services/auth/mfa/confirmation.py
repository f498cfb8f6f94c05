"""Switches second factors on."""

from collections.abc import Sequence
from uuid import UUID

from services.auth.mfa import challenge_store, store
from services.auth.mfa.backup_codes import BackupCodes
from services.auth.mfa.challenges import destination, enabled
from services.auth.mfa.completion import AFTER_SECOND_FACTOR
from services.auth.mfa.errors import MfaChallengeEnded, MfaCodeInvalid
from services.auth.mfa.factors import Factors
from services.auth.mfa.methods import MFA_CHANGE
from services.auth.mfa.model import Confirmed, Proof, Try
from services.auth.mfa.notices import Notices
from services.auth.mfa.tries import Tries
from services.auth.model import Addressee
from services.auth.sessions import Sessions
from services.auth.throttling.subjects import Address
from services.kernel.caller import Caller
from services.kernel.db import Database, Transaction


class Confirmation:
    """Checks a method's first code and switches it on."""

    def __init__(
        self,
        *,
        db: Database,
        tries: Tries,
        factors: Factors,
        backup_codes: BackupCodes,
        sessions: Sessions,
        notices: Notices,
    ) -> None:
        self._db = db
        self._tries = tries
        self._factors = factors
        self._backup_codes = backup_codes
        self._sessions = sessions
        self._notices = notices

    async def confirm(
        self, caller: Caller, method_id: UUID, code: str, address: Address
    ) -> Confirmed:
        """Switch a method on with its first code; the first method comes with backup codes.

        Every other session ends. Raises MfaMethodNotFound, MfaChallengeEnded, MfaCodeInvalid or
        LoginBusy.
        """
        self._backup_codes.refuse_when_full(caller.user_id, address)
        tried = await self._tries.count_enrolment(caller, method_id)
        proof = await self._factors.check(tried, tried.methods[0].kind, code)
        if proof is None:
            await self._tries.refused(tried, tried.methods[0].kind)
            raise MfaCodeInvalid
        is_first = await self._claim(tried)
        # Half a second of hashing: no row is held meanwhile, and dying only spends the challenge.
        made = await self._backup_codes.make(caller.user_id, address) if is_first else ([], [])
        printed, hashes = made
        return await self._switch_on(caller, proof, printed, hashes)

    async def _claim(self, tried: Try) -> bool:
        """Use the challenge up; whether its method will be the user's first.

        Raises MfaChallengeEnded when another call has used it.
        """
        async with self._db.transaction() as tx:
            await store.hold_owner(tx, tried.user_id)
            if not await challenge_store.consume_challenge(tx, tried.user_id, tried.challenge_id):
                raise MfaChallengeEnded
            return not enabled(await store.list_methods(tx, tried.user_id))

    async def _switch_on(
        self, caller: Caller, proof: Proof, printed: Sequence[str], hashes: Sequence[str]
    ) -> Confirmed:
        async with self._db.transaction() as tx:
            person = await store.hold_owner(tx, caller.user_id)
            before = enabled(await store.list_methods(tx, caller.user_id))
            method = await store.enable_method(
                tx, caller.user_id, proof.method.method_id, totp_step=proof.totp_step
            )
            if person is None or method is None:
                raise MfaChallengeEnded
            if before:
                printed = []  # another method was quicker, and brought its own
            elif hashes:
                await store.keep_backup_codes(tx, caller.user_id, hashes)
            await self._tell(tx, caller, person, method.kind)
        return Confirmed(method, destination(method, person.email), printed)

    async def _tell(self, tx: Transaction, caller: Caller, person: Addressee, kind: str) -> None:
        """End the other sessions, and raise this one: it has just shown both factors."""
        await self._sessions.end_all(tx, caller.user_id, MFA_CHANGE, keep=caller.session_id)
        await self._sessions.raise_level(
            tx, caller.user_id, caller.session_id, auth_level=AFTER_SECOND_FACTOR
        )
        await self._notices.changed(tx, person, "enabled", kind)
