"""How many have reacted to and commented on a post.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/social-metadata-api
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from services.profile.linkedin.exchange import Exchange
from services.profile.linkedin.restli import path_key


@dataclass(frozen=True, slots=True)
class SocialCounts:
    """Reactions of all kinds, and comments with the answers to them."""

    reactions: int
    comments: int

    @classmethod
    def from_answer(cls, body: Mapping[str, Any]) -> Self:
        """Read the JSON answer. Raises KeyError, TypeError or ValueError when it is not one."""
        summaries = body.get("reactionSummaries") or {}
        comments = body.get("commentSummary") or {}
        return cls(
            reactions=sum(int(each["count"]) for each in summaries.values()),
            comments=int(comments.get("count", 0)),
        )


class Social:
    """`/rest/socialMetadata`. Raises LinkedInErrors."""

    def __init__(self, exchange: Exchange, api_url: str) -> None:
        self._exchange = exchange
        self._url = f"{api_url}/rest/socialMetadata"

    async def counts(self, token: str, post_urn: str) -> SocialCounts:
        """The counts of one post."""
        return await self._exchange.read(
            f"{self._url}/{path_key(post_urn)}",
            token,
            SocialCounts.from_answer,
            endpoint="/rest/socialMetadata/{urn}",
        )
