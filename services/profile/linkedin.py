"""The only code that talks to LinkedIn: sign-in, the member's identity, and posts."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlencode

import httpx

from services.profile.linkedin_config import LinkedInConfig
from services.profile.linkedin_errors import (
    LinkedInRefused,
    OAuthRefused,
    TokenRefused,
)
from services.profile.linkedin_exchange import Exchange
from services.profile.linkedin_model import Post, PostDraft, TokenSet, UserInfo
from services.profile.linkedin_outcome import CallResult
from services.profile.linkedin_posts import post_body
from services.profile.linkedin_restli import path_key
from services.profile.linkedin_transport import Observer, Transport, ignore


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
    ) -> None:
        """Use `http` (see `linkedin_transport.open_http_client`), which the caller closes."""
        self._config = config
        self._exchange = Exchange(Transport(http, config.timeout_ms, observe), config.version, now)
        self._now = now

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
        """Publish a post, sending at most once; `Confirmed.remote_id` is its URN.

        Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
        """
        return await self._exchange.write(
            "POST",
            f"{self._config.api_url}/rest/posts",
            access_token,
            lambda answer: answer.headers.get("x-restli-id"),
            endpoint="/rest/posts",
            success=HTTPStatus.CREATED,
            body=post_body(draft),
        )

    async def delete_post(self, access_token: str, urn: str) -> CallResult:
        """Take a post down; a post that is already gone is confirmed too."""
        return await self._exchange.write(
            "DELETE",
            self._post_url(urn),
            access_token,
            lambda _: urn,
            endpoint="/rest/posts/{urn}",
            success=HTTPStatus.NO_CONTENT,
        )

    async def get_post(self, access_token: str, urn: str) -> Post:
        """Read a post back; needs the restricted scope `r_member_social`, else AccessDenied.

        Raises also NotFound, TokenRefused, LinkedInThrottled, LinkedInUnavailable.
        """
        return await self._exchange.read(
            self._post_url(urn), access_token, Post.from_answer, endpoint="/rest/posts/{urn}"
        )

    def _post_url(self, urn: str) -> str:
        return f"{self._config.api_url}/rest/posts/{path_key(urn)}"

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
