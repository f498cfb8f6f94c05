"""LinkedIn's interface: sign-in and the member's identity here, the rest by topic."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

import httpx

from services.profile.linkedin.changelog import ChangeLog
from services.profile.linkedin.config import LinkedInConfig
from services.profile.linkedin.errors import (
    LinkedInRefused,
    OAuthRefused,
    TokenRefused,
)
from services.profile.linkedin.exchange import Exchange
from services.profile.linkedin.model import Post, PostDraft, TokenSet, UserInfo
from services.profile.linkedin.outcome import CallResult
from services.profile.linkedin.reads import reads_of
from services.profile.linkedin.transport import Admit, Observer, Transport, admit_all, ignore
from services.profile.linkedin.writes import writes_of


def _utc_now() -> datetime:
    return datetime.now(UTC)


class LinkedIn:
    """LinkedIn's interface for one application, any number of members.

    Reads raise `LinkedInError`s; writes answer an outcome and raise nothing for what LinkedIn or
    the network does.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        config: LinkedInConfig,
        *,
        now: Callable[[], datetime] = _utc_now,
        observe: Observer = ignore,
        admit: Admit = admit_all,
    ) -> None:
        """Use `http` (see `linkedin.transport.open_http_client`), which the caller closes.

        `admit` is asked before each call, `observe` is told after it.
        """
        self._config = config
        transport = Transport(
            http, config.timeout_ms, observe, admit=admit, sampled_share=config.sampled_share
        )
        self._exchange = Exchange(
            transport, config.version, now, read_retry_delays_ms=config.read_retry_delays_ms
        )
        self._now = now
        self.writes = writes_of(self._exchange, config.api_url)
        """What can be done in a member's name, by topic."""
        self.reads = reads_of(self._exchange, config.api_url)
        """What can be read beside the member's identity, by topic."""
        self.changelog = ChangeLog(self._exchange, config.api_url)
        """What LinkedIn tells of a member's doings there."""

    def authorization_url(self, state: str, code_challenge: str | None = None) -> str:
        """Where to send the member's browser; it comes back to the redirect URI with `state`.

        Give `code_challenge` (S256) only for an app with PKCE switched on by LinkedIn.
        Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow
        """
        parameters = {
            "response_type": "code",
            "client_id": self._config.client_id,
            "redirect_uri": self._config.redirect_uri,
            "scope": " ".join(self._config.scopes),
            "state": state,
        }
        if code_challenge is not None:
            parameters |= {"code_challenge": code_challenge, "code_challenge_method": "S256"}
        return f"{self._config.oauth_url}/authorization?{urlencode(parameters)}"

    async def exchange_code(self, code: str, code_verifier: str | None = None) -> TokenSet:
        """Trade a code (single use, 30 minutes) for tokens.

        Raises OAuthRefused, LinkedInThrottled, LinkedInUnavailable. After the last the code may
        be spent: begin the sign-in again.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._config.redirect_uri,
        }
        if code_verifier is not None:
            form["code_verifier"] = code_verifier
        return await self._grant(form)

    async def refresh(self, refresh_token: str) -> TokenSet:
        """Trade a refresh token for a new access token; raises as `exchange_code` does.

        The refresh token's own end never moves.
        Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens
        """
        return await self._grant({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def revoke(self, token: str) -> None:
        """Give an access or refresh token back; a dead one is LinkedInRefused at most.

        LinkedIn's pages do not describe this endpoint; clients use it.
        Raises LinkedInRefused, LinkedInThrottled, LinkedInUnavailable.
        """
        form = {
            "token": token,
            "client_id": self._config.client_id,
            "client_secret": self._config.client_secret,
        }
        await self._exchange.post_form_unread(f"{self._config.oauth_url}/revoke", form)

    async def userinfo(self, access_token: str) -> UserInfo:
        """The member behind a token.

        A token used in its first seconds is sometimes called revoked though it is good
        (https://github.com/jclusso/omniauth-linkedin-openid/issues/6), so that one answer is
        questioned after each of `revoked_race_delays_ms`.
        Raises TokenRefused, AccessDenied, LinkedInThrottled, LinkedInUnavailable.
        """
        for delay_ms in self._config.revoked_race_delays_ms:
            try:
                return await self._userinfo_once(access_token)
            except TokenRefused as refused:
                if not refused.is_revoked:
                    raise
            await asyncio.sleep(delay_ms / 1000)
        return await self._userinfo_once(access_token)

    async def create_post(self, access_token: str, draft: PostDraft) -> CallResult:
        """Publish a post, sending at most once; `Confirmed.remote_id` is its URN."""
        return await self.writes.posts.create(access_token, draft)

    async def delete_post(self, access_token: str, urn: str) -> CallResult:
        """Take a post down; a post that is already gone is confirmed too."""
        return await self.writes.posts.delete(access_token, urn)

    async def get_post(self, access_token: str, urn: str) -> Post:
        """Read a post back; raises as `Posts.get` does."""
        return await self.writes.posts.get(access_token, urn)

    async def _userinfo_once(self, access_token: str) -> UserInfo:
        return await self._exchange.read(
            f"{self._config.api_url}/v2/userinfo",
            access_token,
            UserInfo.from_answer,
            endpoint="/v2/userinfo",
            is_versioned=False,
        )

    async def _grant(self, form: Mapping[str, str]) -> TokenSet:
        # LinkedIn reads the application's credentials from the body alone, never from a header.
        credentials = {
            "client_id": self._config.client_id,
            "client_secret": self._config.client_secret,
        }
        try:
            return await self._exchange.post_form(
                f"{self._config.oauth_url}/accessToken",
                {**form, **credentials},
                lambda body: TokenSet.from_answer(body, self._now()),
            )
        except LinkedInRefused as refused:
            raise OAuthRefused(refused.status, refused.code, refused.message) from None
