"""What comments and reactions are about: a post by either of its URNs, or a comment.

Answers name a post by its activity URN, whichever was used to ask.
Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api
"""

import re
import sqlite3
from dataclasses import dataclass

from stack.sandbox.linkedin import post_store
from stack.sandbox.linkedin.house import House
from stack.sandbox.linkedin.model import StoredPost
from stack.sandbox.linkedin.refusals import Refusal, gateway, invalid_input
from stack.sandbox.linkedin.restli import Value

_POST = re.compile(r"urn:li:(?:share|ugcPost|activity):\d{1,19}")
_COMMENT = re.compile(r"urn:li:comment:\((urn:li:(?:share|ugcPost|activity):\d{1,19}),(\d{1,19})\)")


@dataclass(frozen=True, slots=True)
class Target:
    """A post, or a comment on it."""

    post: StoredPost
    comment: sqlite3.Row | None = None

    @property
    def entity(self) -> str:
        """What reactions are kept by, and how answers name it."""
        if self.comment is None:
            return self.post.activity
        return comment_urn(self.post, self.comment["id"])

    @property
    def comment_id(self) -> int | None:
        """The comment's number, None for the post itself."""
        return None if self.comment is None else int(self.comment["id"])


def comment_urn(post: StoredPost, number: int) -> str:
    """How a comment is named."""
    return f"urn:li:comment:({post.activity},{number})"


def find(house: House, key: Value, path: str = "/") -> Target:
    """What a URN names. Raises a 400 for another kind of URN, a 404 for what is not there."""
    urn = key if isinstance(key, str) else ""
    if _POST.fullmatch(urn):
        return Target(_post(house, urn))
    found = _COMMENT.fullmatch(urn)
    if found is None:
        message = f"{urn!r} is not the URN of a post or a comment"
        raise invalid_input(400, "PARAM_INVALID", message, path=path)
    post = _post(house, found[1])
    return Target(post, comment_on(house, post, found[2]))


def comment_on(house: House, post: StoredPost, number: str) -> sqlite3.Row:
    """A comment on a post, by its number."""
    is_number = number.isdecimal() and int(number) < 2**63
    row = house.database.one("get_comment", id=int(number)) if is_number else None
    if row is None or row["post"] != post.urn:
        raise _not_found("comment")
    return row


def _post(house: House, urn: str) -> StoredPost:
    post = post_store.find(house, urn)
    if post is None or post.deleted_ms is not None or post.state != "PUBLISHED":
        raise _not_found("post")
    return post


def _not_found(kind: str) -> Refusal:
    return gateway(404, f"The {kind} could not be found", code="NOT_FOUND")
