"""Company pages: which the member administers, what they are called, how their posts do.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-access-control-by-role
and its neighbours organization-lookup-api and share-statistics
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Self

from services.profile.linkedin.exchange import Exchange
from services.profile.linkedin.restli import query

PREFIX = "urn:li:organization:"
LONGEST_PAGE = 100
"""Entries of one answer. A member with more pages than that has the first ones listed."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """A company page; `vanity_name` is the last part of its address."""

    urn: str
    name: str
    vanity_name: str

    @classmethod
    def from_answer(cls, body: Mapping[str, Any]) -> Self:
        """Read one entity. Raises KeyError, TypeError or ValueError when it is not one."""
        return cls(
            urn=f"{PREFIX}{int(body['id'])}",
            name=str(body["localizedName"]),
            vanity_name=str(body.get("vanityName", "")),
        )


@dataclass(frozen=True, slots=True)
class ShareStatistics:
    """What LinkedIn counted for all posts of a page, since it exists."""

    impressions: int
    unique_impressions: int
    clicks: int
    likes: int
    comments: int
    shares: int

    @classmethod
    def from_answer(cls, body: Mapping[str, Any]) -> Self:
        """Read the only element of a lifetime report; a page without posts has none."""
        elements = body["elements"]
        total = elements[0]["totalShareStatistics"] if elements else {}
        return cls(
            impressions=int(total.get("impressionCount", 0)),
            unique_impressions=int(total.get("uniqueImpressionsCount", 0)),
            clicks=int(total.get("clickCount", 0)),
            likes=int(total.get("likeCount", 0)),
            comments=int(total.get("commentCount", 0)),
            shares=int(total.get("shareCount", 0)),
        )


class Organisations:
    """Roles, look-up and reports of pages. Raise LinkedInErrors."""

    def __init__(self, exchange: Exchange, api_url: str) -> None:
        self._exchange = exchange
        self._url = f"{api_url}/rest"

    async def administered(self, token: str) -> list[str]:
        """The URNs of the pages that the member administers."""
        asked = query(
            {
                "q": "roleAssignee",
                "role": "ADMINISTRATOR",
                "state": "APPROVED",
                "count": LONGEST_PAGE,
            }
        )
        return await self._exchange.read(
            f"{self._url}/organizationAcls?{asked}",
            token,
            lambda body: [str(each["organization"]) for each in body["elements"]],
            endpoint="/rest/organizationAcls?q=roleAssignee",
            restli_method="FINDER",
        )

    async def get_many(self, token: str, urns: Collection[str]) -> list[Organisation]:
        """What everybody may know of some pages."""
        asked = query({"ids": [int(urn.removeprefix(PREFIX)) for urn in urns]})
        return await self._exchange.read(
            f"{self._url}/organizationsLookup?{asked}",
            token,
            lambda body: [Organisation.from_answer(each) for each in body["results"].values()],
            endpoint="/rest/organizationsLookup?ids",
            restli_method="BATCH_GET",
        )

    async def named(self, token: str, vanity_name: str) -> list[Organisation]:
        """The page at `linkedin.com/company/<vanity_name>`, if there is one: anybody's."""
        return await self._exchange.read(
            f"{self._url}/organizations?{query({'q': 'vanityName', 'vanityName': vanity_name})}",
            token,
            lambda body: [Organisation.from_answer(each) for each in body["elements"]],
            endpoint="/rest/organizations?q=vanityName",
            restli_method="FINDER",
        )

    async def share_statistics(self, token: str, urn: str) -> ShareStatistics:
        """How the posts of a page did; the member administers it."""
        asked = query({"q": "organizationalEntity", "organizationalEntity": urn})
        return await self._exchange.read(
            f"{self._url}/organizationalEntityShareStatistics?{asked}",
            token,
            ShareStatistics.from_answer,
            endpoint="/rest/organizationalEntityShareStatistics?q=organizationalEntity",
            restli_method="FINDER",
        )
