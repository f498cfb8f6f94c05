"""Proving that an address is its owner's: a mailed token, good once."""

from datetime import timedelta
from uuid import UUID

from services.auth import store
from services.auth.audit.events import note
from services.auth.cache import Cache
from services.auth.model import Addressee
from services.auth.pace import Pace
from services.kernel.config import AuthSettings
from services.kernel.crypto import Keys, TokenHash, new_token
from services.kernel.db import Database, Transaction
from services.kernel.outbox import Outbox

VERIFY = "verify_email"
REGISTRATION = "registration"
REGISTRATION_LIFE = timedelta(days=7)
SHORTEST_GAP = timedelta(seconds=60)
LONGEST_GAP = timedelta(hours=1)
PATIENCE = timedelta(days=7)
"""An account not proved by then gets no more mail, and gives its address to the next registration.

Otherwise somebody who registers another's address could have it mailed, and keep it, for ever.
"""
ANSWER_SECONDS = 0.1
"""Resending answers no sooner, whether or not it mails anything."""


class Verification:
    """Mails verification tokens and redeems them."""

    def __init__(
        self, db: Database, keys: Keys, outbox: Outbox, cache: Cache, auth: AuthSettings
    ) -> None:
        self._db = db
        self._keys = keys
        self._outbox = outbox
        self._cache = cache
        self._life = timedelta(seconds=auth.verification_seconds)

    async def registration_token(self, tx: Transaction, person: Addressee) -> str:
        """A token good only for having the mail sent again."""
        token = new_token()
        await self._store(tx, person, REGISTRATION, token, REGISTRATION_LIFE)
        return token

    async def mail(self, tx: Transaction, person: Addressee) -> None:
        """Mail a new token once the transaction has committed; earlier ones stop working."""
        token = new_token()
        await store.void_one_time_tokens(tx, person.user_id, VERIFY)
        await self._store(tx, person, VERIFY, token, self._life)
        await self._outbox.add(
            tx,
            topic="mail",
            queue="mail",
            user_id=person.user_id,
            payload=mail_payload("verify_email", person),
            secret=token,
        )

    async def verify(self, token: str) -> UUID:
        """Redeem a mailed token and return its user. Raises TokenInvalid."""
        hashes = self._keys.token_hashes(token)
        async with self._db.transaction() as tx:
            await store.lock_token_owner(tx, VERIFY, hashes)
            user_id, email = await store.use_one_time_token(tx, VERIFY, hashes)
            await store.mark_verified(tx, user_id, email)
            await note(tx, "email_verified", user_id)
        await self._cache.forget_tokens(hashes)
        return user_id

    async def resend(self, registration_token: str) -> None:
        """Mail another token, if that is due; nothing tells whether it was."""
        pace = Pace(ANSWER_SECONDS)
        async with self._db.transaction() as tx:
            hashes = self._keys.token_hashes(registration_token)
            user_id = await store.find_registration(tx, hashes)
            if user_id is not None:
                await self._mail_when_due(tx, user_id)
        await pace.wait()

    async def remind(self, user_id: UUID) -> None:
        """Mail another token to somebody who has the password, if that is due."""
        async with self._db.transaction() as tx:
            await self._mail_when_due(tx, user_id)

    async def _mail_when_due(self, tx: Transaction, user_id: UUID) -> None:
        person = await store.lock_unverified(tx, user_id)
        # Asked after the lock, so that of many requests at once only the first finds it due.
        if person is not None and await store.is_verification_due(
            tx, user_id, shortest=SHORTEST_GAP, longest=LONGEST_GAP, patience=PATIENCE
        ):
            await self.mail(tx, person)

    async def _store(
        self, tx: Transaction, person: Addressee, purpose: str, token: str, life: timedelta
    ) -> None:
        stored: TokenHash = self._keys.hash_token(token)
        token_id = await store.add_one_time_token(
            tx, person.user_id, purpose, stored, bound_to=person.email, life=life
        )
        tx.after_commit(lambda: self._cache.remember_token(stored.digest, token_id, life))


def mail_payload(template: str, person: Addressee) -> dict[str, object]:
    """What the mail's sender needs; the token travels apart, sealed."""
    return {
        "to": person.email,
        "template": template,
        "language": person.language,
        "params": {"first_name": person.first_name},
    }
