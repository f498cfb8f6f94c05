"""Reactions.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/reactions-api
"""

from http import HTTPStatus

from services.profile.linkedin.exchange import Exchange
from services.profile.linkedin.outcome import CallResult
from services.profile.linkedin.restli import encode, query


class Reactions:
    """`/rest/reactions`."""

    def __init__(self, exchange: Exchange, api_url: str) -> None:
        self._exchange = exchange
        self._url = f"{api_url}/rest/reactions"

    async def create(
        self, token: str, actor_urn: str, target_urn: str, reaction: str
    ) -> CallResult:
        """React to a post or comment; an actor has one reaction to each. Sends at most once."""
        return await self._exchange.write(
            "POST",
            f"{self._url}?{query({'actor': actor_urn})}",
            token,
            lambda _: f"urn:li:reaction:({actor_urn},{target_urn})",
            endpoint="/rest/reactions",
            success=HTTPStatus.CREATED,
            body={"root": target_urn, "reactionType": reaction},
        )

    async def get(self, token: str, actor_urn: str, target_urn: str) -> str:
        """Which reaction an actor has to something. Raises NotFound and other LinkedInErrors."""
        key = encode({"actor": actor_urn, "entity": target_urn})
        return await self._exchange.read(
            f"{self._url}/{key}",
            token,
            lambda body: str(body["reactionType"]),
            endpoint="/rest/reactions/{key}",
        )
