"""Members whom a page's post may mention: those who follow the page.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/members/people-typeahead-api
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from services.profile.linkedin.exchange import Exchange
from services.profile.linkedin.restli import query


@dataclass(frozen=True, slots=True)
class Person:
    """A member, as far as a page may know its followers."""

    urn: str
    name: str
    headline: str

    @classmethod
    def from_answer(cls, body: Mapping[str, Any]) -> Self:
        """Read one element. Raises KeyError when it is not one."""
        names = (str(body.get("firstName", "")), str(body.get("lastName", "")))
        return cls(
            urn=str(body["member"]),
            name=" ".join(filter(None, names)),
            headline=str(body.get("headline", "")),
        )


class People:
    """`/rest/peopleTypeahead`. Raises LinkedInErrors."""

    def __init__(self, exchange: Exchange, api_url: str) -> None:
        self._exchange = exchange
        self._url = f"{api_url}/rest/peopleTypeahead"

    async def followers_named(
        self, token: str, organisation_urn: str, keywords: str
    ) -> list[Person]:
        """Up to ten followers of a page whose first or last name begins with `keywords`."""
        asked = query(
            {
                "q": "organizationFollowers",
                "keywords": keywords,
                "organization": organisation_urn,
            }
        )
        return await self._exchange.read(
            f"{self._url}?{asked}",
            token,
            lambda body: [Person.from_answer(each) for each in body["elements"]],
            endpoint="/rest/peopleTypeahead?q=organizationFollowers",
            restli_method="FINDER",
        )
