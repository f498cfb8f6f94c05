"""Connecting LinkedIn: from the member's wish, through consent, to stored tokens.

Source: RFC 9700; docs/decisions/0055-who-may-finish-a-connection.md
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID

from services.kernel.crypto import Keys, new_token
from services.kernel.db import Database, Transaction
from services.kernel.errors import InvalidRequest
from services.kernel.outbox import Outbox
from services.profile import store
from services.profile.connection import capabilities, refusals
from services.profile.connection.announcing import CONNECTED, announce
from services.profile.connection.states import Begun, States
from services.profile.connection.vault import Vault
from services.profile.errors import ConnectThrottled, ConnectUnavailable, StateInvalid
from services.profile.linkedin.client import LinkedIn
from services.profile.linkedin.errors import LinkedInError, LinkedInRefused, LinkedInThrottled
from services.profile.linkedin.model import TokenSet, UserInfo
from services.profile.model import Connection
from services.profile.usage.recording import ApiUsage
from services.profile.webhooks.events import EventType, emit


@dataclass(frozen=True, slots=True)
class Started:
    """Where to send the member, and the nonce that the browser must bring back."""

    authorization_url: str = field(repr=False)
    nonce: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Consent:
    """What LinkedIn put into its redirect: a code, or an error and LinkedIn's words about it."""

    code: str = field(repr=False)
    state: str = field(repr=False)
    error: str
    error_description: str = ""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who brings LinkedIn's answer: a browser with its nonce, or a signed-in user."""

    nonce: str = field(repr=False)
    user_id: UUID | None


@dataclass(frozen=True, slots=True)
class Member:
    """The member who consented, and what they granted."""

    info: UserInfo
    tokens: TokenSet


class Connect:
    """Connects users to LinkedIn."""

    def __init__(
        self,
        db: Database,
        outbox: Outbox,
        keys: Keys,
        *,
        states: States,
        linkedin: LinkedIn,
        usage: ApiUsage,
        redirect_uri: str,
        is_pkce_enabled: bool,
    ) -> None:
        self._db = db
        self._outbox = outbox
        self._keys = keys
        self._vault = Vault(keys)
        self._states = states
        self._linkedin = linkedin
        self._usage = usage
        self._redirect_uri = redirect_uri
        self._is_pkce_enabled = is_pkce_enabled

    async def start(self, user_id: UUID) -> Started:
        """Begin for ten minutes. Raises RedisError when the state cannot be kept."""
        state, nonce = new_token(), new_token()
        verifier = new_token() if self._is_pkce_enabled else None
        begun = Begun(user_id, self._nonce_hash(nonce), self._redirect_uri, verifier)
        await self._states.keep(state, begun)
        challenge = None if verifier is None else code_challenge(verifier)
        return Started(self._linkedin.authorization_url(state, challenge), nonce)

    async def complete(self, consent: Consent, bearer: Bearer) -> Connection:
        """Finish what was begun, and store it all or nothing.

        Raises StateInvalid, AccountTaken, and what `refusals` makes of LinkedIn's answers;
        InvalidRequest for neither a code nor an error. The state is spent whatever comes of it.
        """
        if not consent.code and not consent.error:
            raise InvalidRequest({"code": "is required unless error is set"})
        begun = await self._taken(consent.state, bearer)
        if consent.error:
            raise refusals.of_redirect(consent.error, consent.error_description)
        with self._usage.of(begun.user_id), _refusals():
            member = await self._signed_in(consent.code, begun.code_verifier)
        async with self._db.transaction() as tx:
            await self._store(tx, begun.user_id, member)
        return await store.get_connection(self._db, begun.user_id)

    async def _taken(self, state: str, bearer: Bearer) -> Begun:
        begun = await self._states.take(state)
        if begun is None or begun.redirect_uri != self._redirect_uri:
            raise StateInvalid
        # Without this, an attacker's link finished by a victim would store the attacker's consent.
        is_same_browser = compare_digest(self._nonce_hash(bearer.nonce), begun.nonce_hash)
        if not is_same_browser and bearer.user_id != begun.user_id:
            raise StateInvalid
        return begun

    async def _signed_in(self, code: str, verifier: str | None) -> Member:
        tokens = await self._linkedin.exchange_code(code, verifier)
        return Member(await self._linkedin.userinfo(tokens.access_token), tokens)

    async def _store(self, tx: Transaction, user_id: UUID, member: Member) -> None:
        info = member.info
        await store.put_profile(tx, user_id, info)
        sealed = self._vault.seal(user_id, member.tokens)
        version = await store.put_tokens(tx, user_id, sealed, member.tokens)
        await store.put_capabilities(tx, capabilities.shown_by(member.tokens.scopes))
        await announce(tx, self._outbox, CONNECTED, user_id)
        data = {"linkedin_id": info.subject, "scopes": sorted(member.tokens.scopes)}
        key = f"linkedin_connected:{version}"
        await emit(tx, user_id, EventType.LINKEDIN_CONNECTED, data, key)

    def _nonce_hash(self, nonce: str) -> bytes:
        return self._keys.mac("linkedin_connect_nonce", nonce.encode())


def code_challenge(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier. Source: RFC 7636, 4.2."""
    digest = sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@contextmanager
def _refusals() -> Iterator[None]:
    """Say in our words what LinkedIn answers instead of a member."""
    try:
        yield
    except LinkedInRefused as refused:
        raise refusals.of_exchange(refused.code, refused.status) from refused
    except LinkedInThrottled as throttled:
        raise ConnectThrottled(retry_after=throttled.until - datetime.now(UTC)) from throttled
    except LinkedInError as failed:
        raise ConnectUnavailable from failed
