"""Messages to connections, for applications whose contract allows them.

Source: https://learn.microsoft.com/en-us/linkedin/shared/integrations/communications/messages
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from services.profile.linkedin.exchange import Exchange
from services.profile.linkedin.outcome import CallResult


class Messages:
    """`/v2/messages`, which has no version."""

    def __init__(self, exchange: Exchange, api_url: str) -> None:
        self._exchange = exchange
        self._url = f"{api_url}/v2/messages"

    async def create(
        self, token: str, recipient_urns: Sequence[str], subject: str, body: str
    ) -> CallResult:
        """Write to first-degree connections; sends at most once."""
        message: dict[str, Any] = {
            "recipients": list(recipient_urns),
            "body": body,
            "messageType": "MEMBER_TO_MEMBER",
        }
        if subject:
            message["subject"] = subject
        return await self._exchange.write(
            "POST",
            self._url,
            token,
            lambda answer: answer.headers.get("x-linkedin-id") or answer.headers.get("x-restli-id"),
            endpoint="/v2/messages",
            success=HTTPStatus.CREATED,
            body=message,
        )
