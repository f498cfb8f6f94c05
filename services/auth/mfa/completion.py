"""Completes challenges: count, compare, use up, and only then let in."""

from dataclasses import replace
from uuid import UUID

from services.auth.devices.devices import Devices
from services.auth.mfa import challenge_store, store
from services.auth.mfa.errors import MfaChallengeEnded, MfaCodeInvalid
from services.auth.mfa.factors import Factors
from services.auth.mfa.model import Completed, Proof, Try, Way
from services.auth.mfa.notices import Notices
from services.auth.mfa.tries import Tries
from services.auth.model import Addressee, Device
from services.auth.sessions import Sessions
from services.auth.throttling.subjects import network_of
from services.kernel.db import Database, Transaction

AFTER_SECOND_FACTOR = 2


class Completion:
    """Turns a right code into a session, or into a running session's new proof."""

    def __init__(
        self,
        *,
        db: Database,
        tries: Tries,
        factors: Factors,
        sessions: Sessions,
        devices: Devices,
        notices: Notices,
    ) -> None:
        self._db = db
        self._tries = tries
        self._factors = factors
        self._sessions = sessions
        self._devices = devices
        self._notices = notices

    async def complete(
        self, token: str, way: Way, code: str, *, device: Device, session_id: UUID | None
    ) -> Completed:
        """Answer a challenge; one of a running session only by that session.

        Raises MfaChallengeEnded, MfaCodeInvalid, MfaLocked or LoginBusy.
        """
        tried = await self._tries.count(token, session_id)
        async with self._tries.comparing(tried):
            proof = await self._factors.check(tried, way, code, network_of(device.address))
        if proof is None:
            await self._tries.refused(tried, way)
            raise MfaCodeInvalid
        async with self._db.transaction() as tx:
            person = await self._hold(tx, tried)
            codes_left = await self._use(tx, person, proof)
            await store.forgive_tries(tx, tried.user_id)
            return await self._let_in(tx, tried, codes_left, device)

    async def _hold(self, tx: Transaction, tried: Try) -> Addressee:
        """Use the challenge up. Raises MfaChallengeEnded when another call has."""
        person = await store.hold_owner(tx, tried.user_id)
        is_ours = await challenge_store.consume_challenge(tx, tried.user_id, tried.challenge_id)
        if person is None or not is_ours:
            raise MfaChallengeEnded
        return person

    async def _use(self, tx: Transaction, person: Addressee, proof: Proof) -> int:
        """Use the code up; returns how many backup codes are left when it was one.

        Raises MfaCodeInvalid when it was used before, or its method has been switched off.
        """
        if proof.way == "totp":
            return await self._use_step(tx, person, proof)
        if proof.way == "backup_code":
            return await self._use_backup_code(tx, person, proof)
        methods = await store.list_methods(tx, person.user_id)
        if not any(one.is_enabled and one.method_id == proof.method.method_id for one in methods):
            raise MfaCodeInvalid
        return 0

    async def _use_step(self, tx: Transaction, person: Addressee, proof: Proof) -> int:
        assert proof.totp_step is not None, "an authenticator's proof is its step"
        if not await store.use_totp_step(
            tx, person.user_id, proof.method.method_id, proof.totp_step
        ):
            raise MfaCodeInvalid
        return 0

    async def _use_backup_code(self, tx: Transaction, person: Addressee, proof: Proof) -> int:
        assert proof.backup_position is not None, "a backup code's proof is its position"
        left = await store.use_backup_code(
            tx,
            person.user_id,
            proof.method.method_id,
            position=proof.backup_position,
            stored=proof.method.backup_codes[proof.backup_position - 1] or "",
        )
        if left is None:
            raise MfaCodeInvalid
        await self._notices.backup_code_used(tx, person, left)
        return left

    async def _let_in(
        self, tx: Transaction, tried: Try, codes_left: int, device: Device
    ) -> Completed:
        if tried.session_id is None:
            named = replace(device, name=tried.device_name, known_id=tried.device_id)
            tokens = await self._sessions.begin_within(
                tx, tried.user_id, named, auth_level=AFTER_SECOND_FACTOR
            )
            token = await self._devices.remember(tx, tried.user_id, tried.device_id)
            return Completed(tokens, codes_left, token)
        tokens = await self._sessions.prove(
            tx, tried.user_id, tried.session_id, auth_level=AFTER_SECOND_FACTOR
        )
        return Completed(tokens, codes_left)
