"""LinkedIn's log of what a member did there, for members in the EEA and Switzerland.

It reaches back 28 days, and begins with the member's consent.
Source: https://learn.microsoft.com/en-us/linkedin/dma/member-data-portability/shared/member-changelog-api
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from services.profile.linkedin.exchange import Exchange
from services.profile.linkedin.paging import Page

PAGE_SIZE = 50
"""The most that LinkedIn gives at once."""
SCOPES = frozenset({"r_dma_portability_3rd_party", "r_dma_portability_self_serve"})
"""Either permits it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was done, by the member or to them; times are aware, UTC.

    `resource` says what it concerns, such as `ugcPosts` or `messages`; `activity` is the thing as
    LinkedIn holds it, whose shape depends on that. `change_id` is the change's own, `resource_id`
    that of the thing.
    """

    resource: str
    method: str
    actor: str
    captured_at: datetime
    processed_at: datetime
    activity: Mapping[str, Any] = field(repr=False)
    change_id: str = ""
    resource_id: str = ""

    @classmethod
    def from_answer(cls, body: Mapping[str, Any]) -> Self:
        """Read one element. Raises KeyError, TypeError or ValueError when it is not one."""
        return cls(
            resource=str(body["resourceName"]),
            method=str(body["method"]),
            actor=str(body.get("actor", "")),
            captured_at=_from_ms(body["capturedAt"]),
            processed_at=_from_ms(body["processedAt"]),
            activity=dict(body.get("activity") or {}),
            change_id=str(body.get("id", "")),
            resource_id=str(body.get("resourceId", "")),
        )


class ChangeLog:
    """`/rest/memberChangeLogs`. Raises LinkedInErrors."""

    def __init__(self, exchange: Exchange, api_url: str) -> None:
        self._exchange = exchange
        self._url = f"{api_url}/rest/memberChangeLogs"

    async def page(self, token: str, since: datetime | None, start: int = 0) -> Page[Change | None]:
        """The changes that LinkedIn processed at `since` or later, oldest first, fifty at most.

        `start` leaves out as many of them. One that cannot be read is None: it stops no other.
        """
        asked: dict[str, str | int] = {
            "q": "memberAndApplication",
            "start": start,
            "count": PAGE_SIZE,
        }
        if since is not None:
            asked["startTime"] = int(since.timestamp() * 1000)
        return await self._exchange.find(
            self._url,
            token,
            asked,
            _change,
            endpoint="/rest/memberChangeLogs?q=memberAndApplication",
        )


def _change(body: Mapping[str, Any]) -> Change | None:
    try:
        return Change.from_answer(body)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _from_ms(value: float) -> datetime:
    return datetime.fromtimestamp(int(value) / 1000, UTC)
