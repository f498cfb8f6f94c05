"""`/rest/posts`: create, read back, take down.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
"""

import hashlib
import json
import re
import secrets
import sqlite3
from typing import Any
from urllib.parse import unquote

from starlette.responses import JSONResponse, Response

from stack.sandbox.linkedin import applied, littletext
from stack.sandbox.linkedin.gate import Call, Operation
from stack.sandbox.linkedin.house import House
from stack.sandbox.linkedin.model import StoredPost
from stack.sandbox.linkedin.post_rules import check_post
from stack.sandbox.linkedin.refusals import Refusal, gateway, invalid_input

CREATE = Operation("posts", "CREATE", frozenset({"w_member_social"}))
# Reading back takes a scope that LinkedIn gives to few: writing does not include it.
GET = Operation("posts", "GET", frozenset({"r_member_social"}))
DELETE = Operation("posts", "DELETE", frozenset({"w_member_social"}))

# Members report refusals of repeated text for one to two days, deletion or not.
DUPLICATE_WINDOW_MS = 48 * 3600 * 1000

_NOTHING_SHOWN = littletext.Reading("", is_cut=False)


async def create(call: Call) -> Response:
    """Publish: 201 with an empty body, the URN in `x-restli-id`."""
    body = check_post(await _json_body(call), call.grant.member_urn)
    shown = littletext.read(body["commentary"])
    with call.house.database.transaction():
        urn = _add(call.house, body, shown)
        applied.record(call, "post.create", urn, commentary=body["commentary"], shown=shown)
    return Response(status_code=201, headers={"x-restli-id": urn})


async def get(call: Call) -> Response:
    """The post as sent, with its id and times; only its author may see it here."""
    post = _of_author(call, path_key(call))
    if post is None or post.deleted_ms is not None:
        raise _not_found()
    times = {"createdAt": post.created_ms, "lastModifiedAt": post.created_ms}
    return JSONResponse({**post.body, "id": post.urn, **times})


async def delete(call: Call) -> Response:
    """Take down; doing so again is answered the same and changes nothing."""
    post = _of_author(call, path_key(call))
    if post is None:
        raise _not_found()
    if post.deleted_ms is None:
        with call.house.database.transaction():
            now_ms = call.house.clock.now_ms()
            call.house.database.run("delete_post", urn=post.urn, deleted_ms=now_ms)
            applied.record(call, "post.delete", post.urn, shown=_NOTHING_SHOWN)
    return Response(status_code=204)


def list_all(house: House, author: str) -> list[StoredPost]:
    """Every post of an author, deleted ones included; of all authors when `author` is ""."""
    return [_from_row(row) for row in house.database.all("list_posts", author=author)]


def path_key(call: Call) -> str:
    """The key that ends the path. A URN must come percent-encoded, colons and all."""
    raw_path: bytes = call.request.scope["raw_path"]
    segment = raw_path.decode("ascii", "replace").rpartition("/")[2]
    if re.search(r"[:(),]", segment):
        raise gateway(400, "Syntax exception in path variables", code="ILLEGAL_ARGUMENT")
    return unquote(segment)


async def _json_body(call: Call) -> object:
    try:
        return json.loads(await call.request.body())
    except ValueError:
        raise gateway(400, "Cannot parse request entity", code="BAD_REQUEST") from None


def _add(house: House, body: dict[str, Any], shown: littletext.Reading) -> str:
    now_ms = house.clock.now_ms()
    fingerprint = _fingerprint(body)
    since_ms = now_ms - DUPLICATE_WINDOW_MS
    twin = house.database.one("find_duplicate", fingerprint=fingerprint, since_ms=since_ms)
    if twin is not None:
        raise _duplicate(_new_urn(now_ms) if twin["deleted_ms"] else twin["urn"])
    urn = _new_urn(now_ms)
    house.database.run(
        "add_post",
        urn=urn,
        author=body["author"],
        body=json.dumps(body),
        rendered=shown.rendered,
        is_cut=shown.is_cut,
        fingerprint=fingerprint,
        created_ms=now_ms,
    )
    return urn


def _fingerprint(body: dict[str, Any]) -> str:
    """What makes two posts the same: author, words and content, not who may see them."""
    parts = [body.get(name) for name in ("author", "commentary", "content", "reshareContext")]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _new_urn(now_ms: int) -> str:
    """A number of 19 digits whose upper bits are the time, like LinkedIn's."""
    return f"urn:li:share:{(now_ms << 22) | secrets.randbits(22)}"


def _duplicate(urn: str) -> Refusal:
    # A deleted twin is named by a number nobody can look up, as LinkedIn does.
    message = (
        "com.linkedin.content.common.exception.BadRequestResponseException: "
        f"Content is a duplicate of {urn}"
    )
    return invalid_input(422, "DUPLICATE_POST", message)


def _of_author(call: Call, urn: str) -> StoredPost | None:
    row = call.house.database.one("get_post", urn=urn)
    if row is not None and row["author"] != call.grant.member_urn:
        message = "Not enough permissions to access the post of another author"
        raise gateway(403, message, service_code=100, code="ACCESS_DENIED")
    return _from_row(row) if row else None


def _not_found() -> Refusal:
    return gateway(404, "The post could not be found", code="NOT_FOUND")


def _from_row(row: sqlite3.Row) -> StoredPost:
    values = {**dict(row), "body": json.loads(row["body"]), "is_cut": bool(row["is_cut"])}
    return StoredPost(**values)
