"""Invitations to connect, for applications whose contract allows them.

Source: https://learn.microsoft.com/en-us/linkedin/shared/integrations/communications/invitations
"""

from http import HTTPStatus
from typing import Any

from services.profile.linkedin.exchange import Exchange
from services.profile.linkedin.outcome import CallResult


class Invitations:
    """`/v2/invitations`, which has no version."""

    def __init__(self, exchange: Exchange, api_url: str) -> None:
        self._exchange = exchange
        self._url = f"{api_url}/v2/invitations"

    async def create(self, token: str, invitee_urn: str, message: str) -> CallResult:
        """Invite a member, with a note unless `message` is empty; sends at most once."""
        body: dict[str, Any] = {"invitee": invitee_urn}
        if message:
            note = {"body": message}
            body["message"] = {"com.linkedin.invitations.InvitationMessage": note}
        return await self._exchange.write(
            "POST",
            self._url,
            token,
            lambda answer: answer.headers.get("x-linkedin-id"),
            endpoint="/v2/invitations",
            success=HTTPStatus.CREATED,
            body=body,
        )
