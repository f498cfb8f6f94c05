"""How large networks are.

Source: https://learn.microsoft.com/en-us/linkedin/shared/integrations/people/connections-api
and https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-lookup-api
"""

from services.profile.linkedin.exchange import Exchange
from services.profile.linkedin.restli import path_key, query


class Network:
    """`/v2/connections` and `/rest/networkSizes`. Raise LinkedInErrors."""

    def __init__(self, exchange: Exchange, api_url: str) -> None:
        self._exchange = exchange
        self._api_url = api_url

    async def connections(self, token: str, member_urn: str) -> int:
        """How many first-degree connections the token's own member has."""
        return await self._exchange.read(
            f"{self._api_url}/v2/connections/{path_key(member_urn)}",
            token,
            lambda body: int(body["firstDegreeSize"]),
            endpoint="/v2/connections/{urn}",
            is_versioned=False,
        )

    async def page_followers(self, token: str, organisation_urn: str) -> int:
        """How many members follow a page."""
        asked = query({"edgeType": "COMPANY_FOLLOWED_BY_MEMBER"})
        return await self._exchange.read(
            f"{self._api_url}/rest/networkSizes/{path_key(organisation_urn)}?{asked}",
            token,
            lambda body: int(body["firstDegreeSize"]),
            endpoint="/rest/networkSizes/{urn}",
        )
