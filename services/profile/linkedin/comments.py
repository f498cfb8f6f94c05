"""Comments.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Self

import httpx

from services.profile.linkedin.exchange import Exchange
from services.profile.linkedin.outcome import CallResult
from services.profile.linkedin.restli import path_key, query

_URN = re.compile(r"urn:li:comment:\((urn:li:[A-Za-z]+:\d+),(\d+)\)")
_ENDPOINT = "/rest/socialActions/{urn}/comments"
LONGEST_PAGE = 100


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as LinkedIn holds it; times are aware, UTC."""

    urn: str
    actor_urn: str
    text: str
    created_at: datetime

    @classmethod
    def from_answer(cls, body: Mapping[str, Any]) -> Self:
        """Read the JSON answer. Raises KeyError, TypeError or ValueError when it is not one."""
        return cls(
            urn=comment_urn_of(body) or "",
            actor_urn=str(body["actor"]),
            text=str(body["message"]["text"]),
            created_at=datetime.fromtimestamp(int(body["created"]["time"]) / 1000, UTC),
        )


class Comments:
    """`/rest/socialActions/{urn}/comments`."""

    def __init__(self, exchange: Exchange, api_url: str) -> None:
        self._exchange = exchange
        self._url = f"{api_url}/rest/socialActions"

    async def create(
        self, token: str, actor_urn: str, post_urn: str, text: str, *, parent_urn: str = ""
    ) -> CallResult:
        """Comment on a post, or answer the comment `parent_urn`; sends at most once."""
        body: dict[str, Any] = {"actor": actor_urn, "object": post_urn, "message": {"text": text}}
        if parent_urn:
            body["parentComment"] = parent_urn
        target = parent_urn or post_urn
        return await self._exchange.write(
            "POST",
            f"{self._url}/{path_key(target)}/comments",
            token,
            lambda answer: _made(answer, post_urn),
            endpoint=_ENDPOINT,
            success=HTTPStatus.CREATED,
            body=body,
        )

    async def edit(self, token: str, actor_urn: str, comment_urn: str, text: str) -> CallResult:
        """Replace the text of an own comment."""
        return await self._exchange.update(
            f"{self._of(comment_urn)}?{query({'actor': actor_urn})}",
            token,
            {"patch": {"message": {"$set": {"text": text}}}},
            comment_urn,
            endpoint=f"{_ENDPOINT}/{{id}}",
        )

    async def get(self, token: str, comment_urn: str) -> Comment:
        """Read a comment back. Raises LinkedInErrors."""
        return await self._exchange.read(
            self._of(comment_urn), token, Comment.from_answer, endpoint=f"{_ENDPOINT}/{{id}}"
        )

    async def list(self, token: str, target_urn: str) -> list[Comment]:
        """The latest comments on a post, or answers to a comment. Raises LinkedInErrors."""
        return await self._exchange.read(
            f"{self._url}/{path_key(target_urn)}/comments?{query({'count': LONGEST_PAGE})}",
            token,
            lambda body: [Comment.from_answer(each) for each in body["elements"]],
            endpoint=_ENDPOINT,
            restli_method="GET_ALL",
        )

    def _of(self, comment_urn: str) -> str:
        found = _URN.fullmatch(comment_urn)
        if found is None:
            raise ValueError("not the URN of a comment")
        return f"{self._url}/{path_key(found[1])}/comments/{path_key(found[2])}"


def _made(answer: httpx.Response, post_urn: str) -> str | None:
    """The new comment's URN; the header has its number alone."""
    try:
        named = comment_urn_of(answer.json())
    except (ValueError, AttributeError):
        named = None
    number = answer.headers.get("x-restli-id", "")
    return named or (f"urn:li:comment:({post_urn},{number})" if number.isdecimal() else None)


def comment_urn_of(body: Mapping[str, Any]) -> str | None:
    """The URN by which LinkedIn names a comment in its answer."""
    urn = body.get("$URN") or body.get("commentUrn")
    return urn if isinstance(urn, str) and _URN.fullmatch(urn) else None
