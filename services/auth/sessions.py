"""Sessions: begun by a sign-in, carried on by rotating refresh tokens, ended once and for all.

Source: RFC 9700 (rotation, reuse ends the family); docs/decisions/0051-refresh-tokens.md
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import structlog

from services.auth import session_store, tokens
from services.auth.audit.events import note
from services.auth.cache import COPY_LIFE, Cache
from services.auth.errors import (
    CredentialsInvalid,
    RefreshReused,
    RefreshTokenInvalid,
    SessionUnknown,
)
from services.auth.model import Address, Device, HeldSession, Session, SessionTokens
from services.auth.own_sessions.new_sign_in import NewSignIn
from services.auth.refreshing import access_claims, is_bearable
from services.auth.signing.signing_keys import SigningKeys
from services.auth.throttling.subjects import network_of
from services.kernel.callers import SessionFacts
from services.kernel.config import AuthSettings
from services.kernel.crypto import Keys, context
from services.kernel.db import Database, Transaction
from services.kernel.errors import SessionEnded

REPEAT_WINDOW = timedelta(seconds=10)
"""A refresh may be repeated this long: two at once, or one whose answer was lost."""
AFTER_PASSWORD = 1
log = structlog.get_logger()


class Sessions:
    """Begins, refreshes, checks and ends sessions."""

    def __init__(
        self,
        *,
        db: Database,
        keys: Keys,
        signing: SigningKeys,
        cache: Cache,
        new_sign_in: NewSignIn,
        auth: AuthSettings,
    ) -> None:
        self._db = db
        self._keys = keys
        self._signing = signing
        self._cache = cache
        self._new_sign_in = new_sign_in
        self._auth = auth

    async def begin(
        self, user_id: UUID, device: Device, *, auth_level: int = AFTER_PASSWORD
    ) -> SessionTokens:
        """Begin a session: of level 1 after a right password, 2 after a second factor.

        Raises CredentialsInvalid when the account has been switched off meanwhile.
        """
        async with self._db.transaction() as tx:
            return await self.begin_within(tx, user_id, device, auth_level=auth_level)

    async def begin_within(
        self, tx: Transaction, user_id: UUID, device: Device, *, auth_level: int
    ) -> SessionTokens:
        """The same in a transaction of the caller's, so that what proved the user is used with it.

        Raises CredentialsInvalid also for a session of level 1 when a second factor was switched on
        after the password had been checked.
        """
        await self._new_sign_in.tell(tx, user_id, device)
        noted = await session_store.note_login(tx, user_id, auth_level=auth_level)
        if noted is None:
            raise CredentialsInvalid
        session = self._new(user_id, *noted)
        issued = await self._tokens(session)
        is_ours = await session_store.add_session(
            tx,
            session,
            access=self._keys.hash_token(issued.access_token),
            refresh=self._keys.hash_token(issued.refresh_token),
            device=device,
        )
        if not is_ours:
            raise CredentialsInvalid
        details = {"auth_level": auth_level, "network": network_of(device.address)}
        await note(tx, "signed_in", user_id, details)
        await self._cache.remember(session, device)
        return issued

    async def refresh(self, refresh_token: str, address: Address | None = None) -> SessionTokens:
        """Exchange a refresh token for the next pair; repeated at once, for the same pair.

        `address` is where the session is used from now, as far as that is known.
        Raises RefreshTokenInvalid for a token that is not genuine, SessionEnded, and RefreshReused
        for an older token of a running session, which ends it.
        """
        parsed = tokens.parse_refresh_token(refresh_token)
        async with self._db.transaction() as tx:
            held = await self._hold(tx, refresh_token, parsed)
            issued = await self._next(tx, held, refresh_token, parsed.generation, address)
        if issued is None:
            raise RefreshReused
        return issued

    async def end(self, user_id: UUID, session_id: UUID) -> None:
        """Sign out. A session that has ended stays as it is."""
        async with self._db.transaction() as tx:
            await session_store.revoke_session(tx, user_id, session_id, "logout")
            await note(tx, "signed_out", user_id)
        await self._cache.forget(user_id, [session_id])

    async def prove(
        self,
        tx: Transaction,
        user_id: UUID,
        session_id: UUID,
        *,
        auth_level: int = AFTER_PASSWORD,
    ) -> SessionTokens:
        """Note that the session's user has just been proved again; its level never falls.

        Returns the session's next tokens: the proof counts for these, not for earlier ones, of
        which somebody else may have a copy. Raises SessionEnded.
        """
        held = await session_store.lock_session(tx, session_id, repeat_window=REPEAT_WINDOW)
        level = await session_store.prove_session(tx, user_id, session_id, auth_level)
        if held is None or level is None:
            raise SessionEnded
        facts = replace(
            held.session.facts,
            auth_level=level,
            authenticated_at=held.session.at.timestamp(),
        )
        return await self._rotate(tx, replace(held.session, facts=facts))

    async def raise_level(
        self, tx: Transaction, user_id: UUID, session_id: UUID, *, auth_level: int
    ) -> None:
        """Note that the session's user has shown a second factor too; its tokens stay.

        Every service knows it once `tx` has committed. Raises SessionEnded.
        """
        if not await session_store.raise_level(tx, user_id, session_id, auth_level):
            raise SessionEnded
        tx.after_commit(lambda: self._cache.forget(user_id, [session_id]))

    async def end_all(
        self, tx: Transaction, user_id: UUID, reason: str, *, keep: UUID | None = None
    ) -> int:
        """End the user's open sessions, but for `keep`; returns how many there were.

        `reason` is one of user_sessions.revoke_reason. Their tokens stop working everywhere within
        five seconds after `tx` has committed.
        """
        ended = await session_store.revoke_sessions(tx, user_id, reason, keep=keep)
        tx.after_commit(lambda: self._cache.forget(user_id, ended))
        return len(ended)

    async def facts(self, session_id: UUID, user_id: UUID) -> SessionFacts:
        """What an open session says of its user. Raises SessionEnded."""
        found = await session_store.live_facts(self._db, user_id, session_id)
        if found is None:
            raise SessionEnded
        return found

    async def check(self, session_id: UUID, user_id: UUID) -> SessionFacts:
        """The same, for another service. Raises SessionUnknown."""
        found = await session_store.live_facts(self._db, user_id, session_id)
        if found is None:
            raise SessionUnknown
        return found

    async def forget_revoked(self) -> None:
        """Delete the copies that a process which died between commit and deletion has left."""
        for user_id, session_id in await session_store.lately_revoked(
            self._db, copy_life=COPY_LIFE
        ):
            await self._cache.forget(user_id, [session_id])

    async def _hold(
        self, tx: Transaction, refresh_token: str, parsed: tokens.RefreshToken
    ) -> HeldSession:
        held = await session_store.lock_session(tx, parsed.session_id, repeat_window=REPEAT_WINDOW)
        if held is None or parsed.generation > held.session.generation:
            raise RefreshTokenInvalid
        if not tokens.is_genuine(refresh_token, parsed, self._seed(held.session)):
            raise RefreshTokenInvalid
        if not held.is_live:
            raise SessionEnded
        return held

    async def _next(
        self,
        tx: Transaction,
        held: HeldSession,
        refresh_token: str,
        generation: int,
        address: Address | None,
    ) -> SessionTokens | None:
        """The pair that a genuine token leads to; None when it was an old one."""
        if generation == held.session.generation:
            return await self._use(tx, held, refresh_token, address)
        return await self._repeat(tx, held, generation, address)

    async def _use(
        self, tx: Transaction, held: HeldSession, refresh_token: str, address: Address | None
    ) -> SessionTokens:
        """The next pair, for the newest token."""
        # Fails when the hash key that it was stored under has been taken out of use.
        if held.refresh_token_hash not in self._keys.token_hashes(refresh_token):
            raise RefreshTokenInvalid
        issued = await self._rotate(tx, held.session)
        if address is not None:
            await session_store.note_address(tx, held.session, address)
        return issued

    async def _repeat(
        self, tx: Transaction, held: HeldSession, generation: int, address: Address | None
    ) -> SessionTokens | None:
        """The present pair again, for the token before it; None, and the end, for an older one."""
        is_last = generation == held.session.generation - 1
        if is_last and held.is_just_rotated and await is_bearable(tx, held, address):
            return await self._tokens(held.session)
        await self._end_family(tx, held.session)
        return None

    async def _rotate(self, tx: Transaction, session: Session) -> SessionTokens:
        ends_at = session.at + timedelta(seconds=self._auth.session_idle_seconds)
        rotated = replace(
            session,
            generation=session.generation + 1,
            issued_at=session.at,
            idle_expires_at=min(ends_at, session.expires_at),
        )
        issued = await self._tokens(rotated)
        is_ours = await session_store.rotate_session(
            tx,
            rotated,
            access=self._keys.hash_token(issued.access_token),
            refresh=self._keys.hash_token(issued.refresh_token),
        )
        assert is_ours, "the row is locked"
        await self._cache.remember(rotated)
        return issued

    async def _end_family(self, tx: Transaction, session: Session) -> None:
        log.warning("refresh_token_reused", session_id=str(session.session_id))
        ended = await session_store.revoke_family(tx, session.user_id, session.family_id, "reuse")
        await note(tx, "refresh_token_reused", session.user_id, {"sessions_ended": len(ended)})
        tx.after_commit(lambda: self._cache.forget(session.user_id, ended))

    def _new(self, user_id: UUID, at: datetime, facts: SessionFacts) -> Session:
        session_id = uuid4()
        expires_at = at + timedelta(seconds=self._auth.session_absolute_seconds)
        idle_expires_at = at + timedelta(seconds=self._auth.session_idle_seconds)
        return Session(
            session_id=session_id,
            user_id=user_id,
            family_id=session_id,
            generation=0,
            at=at,
            issued_at=at,
            idle_expires_at=min(idle_expires_at, expires_at),
            expires_at=expires_at,
            seed=self._keys.seal(tokens.new_seed(), _place(session_id)),
            facts=facts,
        )

    async def _tokens(self, session: Session) -> SessionTokens:
        """The pair of the session's present generation: the same each time it is asked for."""
        claims = access_claims(session, self._auth)
        return SessionTokens(
            session_id=session.session_id,
            access_token=await self._signing.sign(claims),
            access_token_expires_at=datetime.fromtimestamp(int(claims["exp"]), UTC),
            refresh_token=tokens.refresh_token(
                session.session_id, session.generation, self._seed(session)
            ),
            refresh_token_expires_at=session.idle_expires_at,
        )

    def _seed(self, session: Session) -> bytes:
        return self._keys.open(session.seed, _place(session.session_id))


def _place(session_id: UUID) -> bytes:
    return context("user_sessions.refresh_seed", session_id)
