"""Posts on disk."""

import hashlib
import json
import secrets
import sqlite3
from typing import Any

from stack.sandbox.linkedin import littletext
from stack.sandbox.linkedin.house import House
from stack.sandbox.linkedin.model import StoredPost

# Members report refusals of repeated text for one to two days, deletion or not.
DUPLICATE_WINDOW_MS = 48 * 3600 * 1000


def find(house: House, urn: str) -> StoredPost | None:
    """The post by either of its URNs; a deleted one too."""
    row = house.database.one("get_post", urn=urn)
    return _from_row(row) if row else None


def list_all(house: House, author: str) -> list[StoredPost]:
    """Every post of an author, deleted ones included; of all authors when `author` is ""."""
    return [_from_row(row) for row in house.database.all("list_posts", author=author)]


def page(house: House, author: str, order: str, *, start: int, count: int) -> list[StoredPost]:
    """What an author has up, newest first by `order`: CREATED or LAST_MODIFIED."""
    rows = house.database.all("find_posts", author=author, order=order, start=start, count=count)
    return [_from_row(row) for row in rows]


def total(house: House, name: str, **of: str) -> int:
    """The answer of a query that counts."""
    row = house.database.one(name, **of)
    return int(row["total"]) if row else 0


def add(house: House, body: dict[str, Any], shown: littletext.Reading, kind: str = "") -> str:
    """Keep a new post; returns its URN, of a share or ugcPost as LinkedIn chooses unless told."""
    now_ms = house.clock.now_ms()
    urn = new_urn(kind or ("ugcPost" if _is_video(body) else "share"), now_ms)
    house.database.run(
        "add_post",
        urn=urn,
        author=body["author"],
        body=json.dumps(body),
        rendered=shown.rendered,
        is_cut=shown.is_cut,
        fingerprint=_fingerprint(body),
        activity=new_urn("activity", now_ms),
        created_ms=now_ms,
        published_ms=now_ms if body["lifecycleState"] == "PUBLISHED" else None,
    )
    return urn


def edit(house: House, post: StoredPost, body: dict[str, Any], shown: littletext.Reading) -> None:
    """Replace what a post says."""
    now_ms = house.clock.now_ms()
    is_published = body["lifecycleState"] == "PUBLISHED"
    house.database.run(
        "edit_post",
        urn=post.urn,
        body=json.dumps(body),
        rendered=shown.rendered,
        is_cut=shown.is_cut,
        modified_ms=now_ms,
        published_ms=(post.published_ms or now_ms) if is_published else None,
    )


def duplicate_of(house: House, body: dict[str, Any]) -> str | None:
    """The URN that a repeated post is refused with; None when it repeats nothing."""
    now_ms = house.clock.now_ms()
    twin = house.database.one(
        "find_duplicate", fingerprint=_fingerprint(body), since_ms=now_ms - DUPLICATE_WINDOW_MS
    )
    if twin is None:
        return None
    # A deleted twin is named by a number nobody can look up, as LinkedIn does.
    return new_urn("share", now_ms) if twin["deleted_ms"] else str(twin["urn"])


def new_urn(kind: str, now_ms: int) -> str:
    """A number of 19 digits whose upper bits are the time, like LinkedIn's."""
    return f"urn:li:{kind}:{new_number(now_ms)}"


def new_number(now_ms: int) -> int:
    """The number of a new URN."""
    return (now_ms << 22) | secrets.randbits(22)


def _fingerprint(body: dict[str, Any]) -> str:
    """What makes two posts the same: author, words and content, not who may see them."""
    parts = [body.get(name) for name in ("author", "commentary", "content", "reshareContext")]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _is_video(body: dict[str, Any]) -> bool:
    media = body.get("content", {}).get("media", {})
    return str(media.get("id", "")).startswith("urn:li:video:")


def _from_row(row: sqlite3.Row) -> StoredPost:
    flags = {name: bool(row[name]) for name in ("is_cut", "is_edited", "has_comments_closed")}
    return StoredPost(**{**dict(row), **flags, "body": json.loads(row["body"])})
