"""API keys: made, listed, ended, and recognised when they come back.

Source: docs/decisions/0099-api-keys.md
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.auth.api_keys import store
from services.auth.api_keys.errors import (
    ApiKeyNotFound,
    ApiKeyUnknown,
    ScopeUnknown,
    TooManyApiKeys,
)
from services.auth.api_keys.model import ApiKey
from services.auth.api_keys.secret import is_ours, new_api_key, visible_part
from services.auth.audit.events import note
from services.auth.errors import UserNotFound
from services.auth.model import Addressee
from services.auth.subscriptions import domain as subscriptions
from services.auth.verification import mail_payload
from services.kernel.api_keys import is_well_formed
from services.kernel.callers import ApiKeyFacts
from services.kernel.crypto import Keys
from services.kernel.db import Database, Transaction
from services.kernel.errors import InvalidRequest
from services.kernel.outbox import Outbox
from services.kernel.paging import PageTokens, Position
from services.kernel.periodic import Cursor, PeriodicJob

LONGEST_LIFE = timedelta(days=366)
USE_GAP = timedelta(minutes=5)
"""A use is noted at most this often."""
KEPT = timedelta(days=90)
"""A key that has ended stays in the list this long."""
BATCH = 5_000
LIMIT = "api_keys"


class ApiKeys:
    """The keys of an account's programs."""

    def __init__(self, db: Database, keys: Keys, outbox: Outbox, scopes: frozenset[str]) -> None:
        """`scopes` are those that methods of the contract ask for."""
        self._db = db
        self._keys = keys
        self._outbox = outbox
        self._scopes = scopes
        self._tokens = PageTokens(keys, "auth.api_keys")

    async def create(
        self, user_id: UUID, name: str, scopes: Sequence[str], expires_at: datetime | None
    ) -> tuple[ApiKey, str]:
        """Make a key: its record, and the key itself, which nothing shows again.

        Without `expires_at` (aware) it lives for a year, the longest. Raises ScopeUnknown,
        TooManyApiKeys, AccountEnding, UserNotFound, or InvalidRequest for a time that is past or
        too far ahead.
        """
        for scope in scopes:
            if scope not in self._scopes:
                raise ScopeUnknown(scope=scope, known=" ".join(sorted(self._scopes)))
        secret = new_api_key(self._keys)
        async with self._db.transaction() as tx:
            owner = await self._admitted(tx, user_id)
            made = await store.add_api_key(
                tx,
                user_id,
                name=name,
                prefix=visible_part(secret),
                key=self._keys.hash_token(secret),
                scopes=scopes,
                expires_at=expires_at,
                longest_life=LONGEST_LIFE,
            )
            if made is None:
                raise InvalidRequest({"expires_time": "must be in the future, at most a year away"})
            await self._tell(tx, owner, made)
        return made, secret

    async def page(
        self, user_id: UUID, prefix: str, size: int, page_token: str
    ) -> tuple[list[ApiKey], str]:
        """A page of keys that begin with `prefix`, newest first, and the token of the next page.

        Raises PageTokenInvalid.
        """
        after = self._tokens.after(user_id, page_token)
        found = await store.list_api_keys(
            self._db, user_id, prefix=prefix, after=after, limit=size + 1
        )
        return self._tokens.cut(
            user_id, found, size, lambda last: Position(last.created_at, last.api_key_id)
        )

    async def revoke(self, user_id: UUID, api_key_id: UUID) -> None:
        """End a key; one that has ended stays as it is. Raises ApiKeyNotFound."""
        async with self._db.transaction() as tx:
            found = await store.revoke_api_key(tx, user_id, api_key_id)
            if found is None:
                raise ApiKeyNotFound
            prefix, was_live = found
            if was_live:
                await note(tx, "api_key_revoked", user_id, {"prefix": prefix})

    async def check(self, key: str) -> ApiKeyFacts:
        """Whose good key this is, and what it may do. Raises ApiKeyUnknown."""
        if is_well_formed(key) and is_ours(self._keys, key):
            hashes = self._keys.token_hashes(key)
            found = await store.check_api_key(self._db, hashes, gap=USE_GAP)
            if found is not None:
                return found
        raise ApiKeyUnknown

    def job(self) -> PeriodicJob:
        """Drops keys that ended long ago, once a day."""

        async def run(_: Cursor) -> Cursor:
            dropped = await store.forget_api_keys(self._db, kept=KEPT, batch=BATCH)
            return {"again": True} if dropped == BATCH else None

        return PeriodicJob("forget_api_keys", every=timedelta(days=1), run=run)

    async def _admitted(self, tx: Transaction, user_id: UUID) -> Addressee:
        """The account's owner, when it may have another key."""
        owner = await store.lock_owner(tx, user_id)
        if owner is None:
            raise UserNotFound
        allowed = await subscriptions.limit(tx, user_id, LIMIT)
        if 0 <= allowed <= await store.count_live(tx, user_id):
            raise TooManyApiKeys(limit=LIMIT, allowed=str(allowed))
        return owner

    async def _tell(self, tx: Transaction, owner: Addressee, made: ApiKey) -> None:
        details = {"prefix": made.prefix, "scopes": list(made.scopes)}
        await note(tx, "api_key_created", owner.user_id, details)
        params = {
            "first_name": owner.first_name,
            "name": made.name,
            "prefix": made.prefix,
            "scopes": ", ".join(made.scopes),
            "ends_on": f"{made.expires_at:%Y-%m-%d}",
        }
        payload = mail_payload("api_key_created", owner) | {"params": params}
        await self._outbox.add(
            tx, topic="mail", queue="mail", user_id=owner.user_id, payload=payload
        )
