"""What LinkedIn counted for a member: of own posts, and of followers.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/members/post-statistics
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from services.profile.linkedin.exchange import Exchange
from services.profile.linkedin.restli import encode, query


class PostMetric(StrEnum):
    """What can be asked about a post, one at a time. All of them are given as totals."""

    IMPRESSION = "IMPRESSION"
    MEMBERS_REACHED = "MEMBERS_REACHED"
    RESHARE = "RESHARE"
    REACTION = "REACTION"
    COMMENT = "COMMENT"


_KEYS = {"urn:li:share:": "share", "urn:li:ugcPost:": "ugc"}
"""How the endpoint calls each of the two kinds of a post's URN."""


class Analytics:
    """`/rest/memberCreatorPostAnalytics` and `/rest/memberFollowersCount`. Raise LinkedInErrors."""

    def __init__(self, exchange: Exchange, api_url: str) -> None:
        self._exchange = exchange
        self._url = f"{api_url}/rest"

    async def post_total(self, token: str, post_urn: str, metric: PostMetric) -> int:
        """One count of one own post, of all its days.

        Counts by day are not asked for: LinkedIn refuses them for the members reached, and for
        the impressions of a single post. Raises ValueError for what is not a post's URN.
        """
        # Names and plain symbols: only the URN has signs to encode.
        asked = f"q=entity&entity={entity_key(post_urn)}&queryType={metric}&aggregation=TOTAL"
        return await self._exchange.read(
            f"{self._url}/memberCreatorPostAnalytics?{asked}",
            token,
            _sum_of_counts,
            endpoint="/rest/memberCreatorPostAnalytics?q=entity",
            restli_method="FINDER",
        )

    async def followers(self, token: str) -> int:
        """How many follow the member."""
        return await self._exchange.read(
            f"{self._url}/memberFollowersCount?{query({'q': 'me'})}",
            token,
            lambda body: int(body["elements"][0]["memberFollowersCount"]),
            endpoint="/rest/memberFollowersCount?q=me",
            restli_method="FINDER",
        )


def entity_key(post_urn: str) -> str:
    """A post as the finder wants it: `(share:urn%3Ali%3Ashare%3A1)`. Raises ValueError."""
    for prefix, name in _KEYS.items():
        if post_urn.startswith(prefix):
            return encode({name: post_urn})
    raise ValueError("not the URN of a post")


def _sum_of_counts(body: Mapping[str, Any]) -> int:
    """A total is one element; a post that nobody has seen yet may have none."""
    return sum(int(element["count"]) for element in body["elements"])
