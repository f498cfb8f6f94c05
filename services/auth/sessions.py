"""Sessions: begun by a sign-in, carried on by rotating refresh tokens, ended once and for all.

Source: RFC 9700 (rotation, reuse ends the family); docs/decisions/0051-refresh-tokens.md
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import structlog

from services.auth import session_store, tokens
from services.auth.cache import COPY_LIFE, Cache
from services.auth.errors import (
    CredentialsInvalid,
    RefreshReused,
    RefreshTokenInvalid,
    SessionUnknown,
)
from services.auth.model import Device, HeldSession, Session, SessionTokens
from services.auth.signing_keys import SigningKeys
from services.kernel.callers import AUDIENCE, SessionFacts
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
        self, db: Database, keys: Keys, signing: SigningKeys, cache: Cache, auth: AuthSettings
    ) -> None:
        self._db = db
        self._keys = keys
        self._signing = signing
        self._cache = cache
        self._auth = auth

    async def begin(self, user_id: UUID, device: Device) -> SessionTokens:
        """Begin a session after a right password.

        Raises CredentialsInvalid when the account has been switched off meanwhile.
        """
        async with self._db.transaction() as tx:
            noted = await session_store.note_login(tx, user_id, auth_level=AFTER_PASSWORD)
            if noted is None:
                raise CredentialsInvalid
            session = self._new(user_id, *noted)
            issued = await self._tokens(session)
            await session_store.add_session(
                tx,
                session,
                access=self._keys.hash_token(issued.access_token),
                refresh=self._keys.hash_token(issued.refresh_token),
                device=device,
            )
            await self._cache.remember(session, device)
        return issued

    async def refresh(self, refresh_token: str) -> SessionTokens:
        """Exchange a refresh token for the next pair; repeated at once, for the same pair.

        Raises RefreshTokenInvalid for a token that is not genuine, SessionEnded, and RefreshReused
        for an older token of a running session, which ends it.
        """
        parsed = tokens.parse_refresh_token(refresh_token)
        async with self._db.transaction() as tx:
            held = await self._hold(tx, refresh_token, parsed)
            issued = await self._next(tx, held, refresh_token, parsed.generation)
        if issued is None:
            raise RefreshReused
        return issued

    async def end(self, user_id: UUID, session_id: UUID) -> None:
        """Sign out. A session that has ended stays as it is."""
        async with self._db.transaction() as tx:
            await session_store.revoke_session(tx, user_id, session_id, "logout")
        await self._cache.forget(user_id, [session_id])

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
        return held

    async def _next(
        self, tx: Transaction, held: HeldSession, refresh_token: str, generation: int
    ) -> SessionTokens | None:
        """The pair that a genuine token leads to; None when it was an old one."""
        session = held.session
        if not held.is_live:
            raise SessionEnded
        if generation == session.generation:
            # Fails when the hash key that it was stored under has been taken out of use.
            if held.refresh_token_hash not in self._keys.token_hashes(refresh_token):
                raise RefreshTokenInvalid
            return await self._rotate(tx, session)
        if generation == session.generation - 1 and held.is_just_rotated:
            return await self._tokens(session)
        await self._end_family(tx, session)
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
        claims = self._claims(session)
        return SessionTokens(
            session_id=session.session_id,
            access_token=await self._signing.sign(claims),
            access_token_expires_at=datetime.fromtimestamp(int(claims["exp"]), UTC),
            refresh_token=tokens.refresh_token(
                session.session_id, session.generation, self._seed(session)
            ),
            refresh_token_expires_at=session.idle_expires_at,
        )

    def _claims(self, session: Session) -> dict[str, str | int]:
        issued_at = int(session.issued_at.timestamp())
        return {
            "iss": self._auth.issuer,
            "aud": AUDIENCE,
            "sub": str(session.user_id),
            "sid": str(session.session_id),
            "gen": session.generation,
            "role": session.facts.role,
            "tier": session.facts.tier,
            "auth_level": session.facts.auth_level,
            "iat": issued_at,
            "exp": issued_at + self._auth.access_token_seconds,
        }

    def _seed(self, session: Session) -> bytes:
        return self._keys.open(session.seed, _place(session.session_id))


def _place(session_id: UUID) -> bytes:
    return context("user_sessions.refresh_seed", session_id)
