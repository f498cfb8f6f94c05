"""A post in LinkedIn's words.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from services.profile.linkedin.exchange import Exchange
from services.profile.linkedin.model import (
    ArticleLink,
    Asset,
    Pictures,
    Poll,
    Post,
    PostContent,
    PostDraft,
)
from services.profile.linkedin.outcome import CallResult
from services.profile.linkedin.paging import Batch
from services.profile.linkedin.restli import path_key, query
from services.profile.linkedin.text import to_little_text

LONGEST_PAGE = 100
_ENDPOINT = "/rest/posts"
_ONE = "/rest/posts/{urn}"


class Posts:
    """`/rest/posts`."""

    def __init__(self, exchange: Exchange, api_url: str) -> None:
        self._exchange = exchange
        self._url = f"{api_url}/rest/posts"

    async def create(self, token: str, draft: PostDraft) -> CallResult:
        """Publish a post, sending at most once; `Confirmed.remote_id` is its URN."""
        return await self._exchange.write(
            "POST",
            self._url,
            token,
            lambda answer: answer.headers.get("x-restli-id"),
            endpoint=_ENDPOINT,
            success=HTTPStatus.CREATED,
            body=post_body(draft),
        )

    async def edit(self, token: str, urn: str, text: str) -> CallResult:
        """Replace a post's text."""
        return await self._exchange.update(
            self._of(urn), token, edited_body(text), urn, endpoint=_ONE
        )

    async def delete(self, token: str, urn: str) -> CallResult:
        """Take a post down; one that is already gone is confirmed too."""
        return await self._exchange.write(
            "DELETE",
            self._of(urn),
            token,
            lambda _: urn,
            endpoint=_ONE,
            success=HTTPStatus.NO_CONTENT,
        )

    async def get(self, token: str, urn: str) -> Post:
        """Read a post back; needs the restricted scope `r_member_social`, else AccessDenied.

        Raises also NotFound, TokenRefused, LinkedInThrottled, LinkedInUnavailable.
        """
        return await self._exchange.read(self._of(urn), token, Post.from_answer, endpoint=_ONE)

    async def get_many(self, token: str, urns: Sequence[str]) -> Batch[Post]:
        """Read several posts at once; raises as `get` does, only for all of them together."""
        return await self._exchange.batch_get(
            self._url, token, urns, Post.from_answer, endpoint=f"{_ENDPOINT}?ids"
        )

    async def latest(self, token: str, author_urn: str) -> list[Post]:
        """The latest posts of an author, newest first; raises as `get` does."""
        asked = query(
            {"author": author_urn, "q": "author", "count": LONGEST_PAGE, "sortBy": "CREATED"}
        )
        return await self._exchange.read(
            f"{self._url}?{asked}",
            token,
            lambda body: [Post.from_answer(each) for each in body["elements"]],
            endpoint=f"{_ENDPOINT}?q=author",
            restli_method="FINDER",
        )

    def _of(self, urn: str) -> str:
        return f"{self._url}/{path_key(urn)}"


def post_body(draft: PostDraft) -> dict[str, Any]:
    """The body that creates `draft`, published at once on the author's feed."""
    body: dict[str, Any] = {
        "author": draft.author_urn,
        "commentary": to_little_text(draft.text),
        "visibility": draft.visibility.value,
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": draft.is_reshare_disabled,
    }
    if draft.content is not None:
        body["content"] = _content(draft.content)
    if draft.reshared_urn:
        body["reshareContext"] = {"parent": draft.reshared_urn}
    return body


def edited_body(text: str) -> dict[str, Any]:
    """The body that replaces a post's text."""
    return {"patch": {"$set": {"commentary": to_little_text(text)}}}


def _content(content: PostContent) -> dict[str, Any]:
    match content:
        case ArticleLink():
            return {"article": _article(content)}
        case Asset():
            return {"media": _asset(content)}
        case Pictures(assets=assets):
            return {"multiImage": {"images": [_asset(asset) for asset in assets]}}
        case Poll():
            return {"poll": _poll(content)}


def _article(article: ArticleLink) -> dict[str, str]:
    body = {
        "source": article.source_url,
        "title": article.title,
        "description": article.description,
    }
    return body | ({"thumbnail": article.thumbnail_urn} if article.thumbnail_urn else {})


def _asset(asset: Asset) -> dict[str, str]:
    named = {"id": asset.urn, "title": asset.title, "altText": asset.alt_text}
    return {name: value for name, value in named.items() if value}


def _poll(poll: Poll) -> dict[str, Any]:
    return {
        "question": poll.question,
        "options": [{"text": option} for option in poll.options],
        "settings": {"duration": poll.duration},
    }
