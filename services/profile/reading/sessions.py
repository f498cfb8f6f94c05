"""Reading in a member's name: with a good token, within the consent, and not what was refused.

A 403 is remembered for each kind of reading and asked about again after days, a spent quota until
it is renewed. A new consent forgets both.
Source: docs/decisions/0135-what-linkedin-withholds.md
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

import structlog

from services.kernel.db import Database
from services.profile.connection.access import Access
from services.profile.connection.telling import note_refusal
from services.profile.connection.vault import Vault
from services.profile.linkedin.errors import AccessDenied, LinkedInThrottled, TokenRefused
from services.profile.model import Credentials, member_urn
from services.profile.reading import store
from services.profile.reading.intervals import refusal_pause
from services.profile.reading.model import Refusal, Why, Withheld
from services.profile.reading.readables import Readable

log = structlog.get_logger()
T = TypeVar("T")


class Session:
    """One member's token in use; it learns what LinkedIn withholds."""

    def __init__(
        self,
        db: Database,
        user_id: UUID,
        credentials: Credentials,
        token: str,
        *,
        scopes: frozenset[str],
        refusals: Mapping[str, Refusal],
    ) -> None:
        self.user_id = user_id
        self.member_urn = member_urn(credentials.linkedin_id)
        self.scopes = scopes
        self._db = db
        self._version = credentials.version
        self._token = token
        self._refusals = dict(refusals)
        self._withheld: dict[str, Withheld] = {}

    @property
    def withheld(self) -> tuple[Withheld, ...]:
        """What was asked for in vain, or not asked for."""
        return tuple(self._withheld.values())

    async def identity(self, call: Callable[[str], Awaitable[T]]) -> T:
        """Call what every consent opens.

        Raises LinkedInErrors; a token that LinkedIn refuses is not used again.
        """
        try:
            return await call(self._token)
        except TokenRefused as refused:
            async with self._db.transaction() as tx:
                await note_refusal(tx, self.user_id, self._version, refused.code)
            raise

    async def read(self, readable: Readable, call: Callable[[str], Awaitable[T]]) -> T | None:
        """Call what may be withheld; None when it is.

        Raises TokenRefused, LinkedInUnavailable, NotFound and other refusals of the one call.
        """
        if not self._may_ask(readable):
            return None
        try:
            found = await self.identity(call)
        except AccessDenied:
            await self._remember(readable, Why.REFUSED, None)
            return None
        except LinkedInThrottled as throttled:
            await self._remember(readable, Why.THROTTLED, throttled.until)
            return None
        if self._refusals.pop(readable.name, None) is not None:
            await store.forget_refusal(self._db, self.user_id, readable.name)
        return found

    def _may_ask(self, readable: Readable) -> bool:
        if readable.scope not in self.scopes:
            missing = (readable.scope,)
            self._withhold(Withheld(readable.name, readable.words, Why.SCOPE_MISSING, missing))
            return False
        refusal = self._refusals.get(readable.name)
        if refusal is None or refusal.retry_at <= datetime.now(UTC):
            return True
        self._withhold(
            Withheld(readable.name, readable.words, refusal.why, retry_at=refusal.retry_at)
        )
        return False

    async def _remember(self, readable: Readable, why: Why, until: datetime | None) -> None:
        async with self._db.transaction() as tx:
            times = await store.count_refusals(tx, self.user_id, readable.name)
            retry_at = until or await store.get_now(tx) + refusal_pause(times + 1)
            await store.put_refusal(tx, self.user_id, readable.name, why, retry_at)
        self._refusals[readable.name] = Refusal(why, retry_at)
        self._withhold(Withheld(readable.name, readable.words, why, retry_at=retry_at))
        log.info("linkedin_withholds", readable=readable.name, why=why.value)

    def _withhold(self, withheld: Withheld) -> None:
        self._withheld[withheld.name] = withheld


class Sessions:
    """Opens sessions."""

    def __init__(self, db: Database, vault: Vault, access: Access) -> None:
        self._db = db
        self._vault = vault
        self._access = access

    async def use(self, user_id: UUID, work: Callable[[Session], Awaitable[T]]) -> T:
        """Read as this member; once more with a fresh token if LinkedIn refuses the first.

        Raises NotConnected, ConnectionResting, CryptoError, and what `work` raises.
        """
        try:
            return await work(await self._open(user_id))
        except TokenRefused:
            log.info("linkedin_token_refused")
        try:
            return await work(await self._open(user_id))
        except TokenRefused as refused:
            raise await self._access.refusal(user_id) from refused

    async def _open(self, user_id: UUID) -> Session:
        credentials = await self._access.credentials(user_id)
        return Session(
            self._db,
            user_id,
            credentials,
            self._vault.access_token(user_id, credentials.tokens),
            scopes=await store.get_scopes(self._db, user_id),
            refusals=await store.list_refusals(self._db, user_id),
        )
