"""`/v2/ugcPosts` and `/v2/assets`: how sharing was done before, as self-serve pages still show it.

A text is plain here, no little text; it becomes a post like any other.
Source: https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/share-on-linkedin
"""

import re
import secrets
from typing import Any

from starlette.responses import Response

from stack.sandbox.linkedin import answers, applied, assets, authors, littletext, post_store
from stack.sandbox.linkedin.arguments import body_of, query_of
from stack.sandbox.linkedin.gate import Call, Operation
from stack.sandbox.linkedin.post_content import media_of, missing
from stack.sandbox.linkedin.post_rules import (
    COMMENTARY_LIMIT,
    check_post,
    too_long,
    unpermitted_author,
)
from stack.sandbox.linkedin.posts import WRITE, refuse_repetition
from stack.sandbox.linkedin.refusals import bad_schema

CREATE = Operation("ugcPosts", "CREATE", WRITE, is_versioned=False, older_name="POST /ugcPosts")
DELETE = Operation("ugcPosts", "DELETE", WRITE, is_versioned=False)
REGISTER = Operation("assets", "ACTION-registerUpload", WRITE, is_versioned=False)

_SHARE = "com.linkedin.ugc.ShareContent"
_VISIBILITY = "com.linkedin.ugc.MemberNetworkVisibility"
_UPLOAD = "com.linkedin.digitalmedia.uploading.MediaUploadHttpRequest"
_FIELDS = {"author", "lifecycleState", "specificContent", "visibility"}
_CATEGORIES = ("NONE", "ARTICLE", "IMAGE", "VIDEO")
_RESERVED = re.compile(r"([\\|{}@\[\]()<>#*_~])")


async def create(call: Call) -> Response:
    """Share: 201, the URN in `x-restli-id`."""
    query_of(call)
    body = await body_of(call)
    text, post = _read(body)
    check_post(post)
    if not authors.may_write(call, post["author"]):
        raise unpermitted_author()
    assets.check_usable(call.house, post["author"], media_of(post.get("content", {})))
    shown = littletext.Reading(text, is_cut=False)
    with call.house.database.transaction():
        # Kept as little text, so that it can be changed as such; the length counted before.
        kept = {**post, "commentary": _RESERVED.sub(r"\\\1", text)}
        refuse_repetition(call, kept)
        urn = post_store.add(call.house, kept, shown, kind="ugcPost")
        applied.record(call, "post.create", urn, commentary=text, shown=shown)
    return answers.created(urn, {"id": urn})


async def register_upload(call: Call) -> Response:
    """Allow an upload: its address and the URN of what comes of it."""
    query_of(call)
    wanted = (await body_of(call)).get("registerUploadRequest")
    owner = wanted.get("owner") if isinstance(wanted, dict) else None
    if not isinstance(owner, str):
        raise missing("/registerUploadRequest/owner")
    recipes = wanted.get("recipes") if isinstance(wanted, dict) else None
    if not isinstance(recipes, list) or len(recipes) != 1:
        raise missing("/registerUploadRequest/recipes")
    if not authors.may_write(call, owner):
        raise authors.refused(f"Not enough permissions to upload for {owner}")
    urn = f"urn:li:digitalmediaAsset:C4E{secrets.token_urlsafe(12)}"
    ticket = assets.allow(call, "assets", urn, owner, [0])
    upload = {"uploadUrl": ticket.urls[0], "headers": {}}
    return answers.value(
        {
            "uploadMechanism": {_UPLOAD: upload},
            "asset": urn,
            "mediaArtifact": f"urn:li:digitalmediaMediaArtifact:({urn},{recipes[0]})",
        }
    )


def _read(body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The plain text, and the body as `/rest/posts` would take it."""
    for name in body:
        if name not in _FIELDS:
            raise bad_schema(f"/{name}", "unrecognized field found but not allowed")
    share = _part(body, "specificContent", _SHARE, dict)
    commentary = share.get("shareCommentary")
    text = commentary.get("text") if isinstance(commentary, dict) else None
    if not isinstance(text, str):
        raise missing(f"/specificContent/{_SHARE}/shareCommentary/text")
    length = len(text.encode("utf-16-le")) // 2
    if length > COMMENTARY_LIMIT:
        raise too_long(f"{_SHARE} ShareCommentary", length, f"/specificContent/{_SHARE}")
    return text, {
        "author": body.get("author"),
        "commentary": text,
        "visibility": _part(body, "visibility", _VISIBILITY, str),
        "distribution": {"feedDistribution": "MAIN_FEED"},
        "lifecycleState": body.get("lifecycleState"),
        "content": _content(share),
    }


def _content(share: dict[str, Any]) -> dict[str, Any]:
    category, media = share.get("shareMediaCategory"), share.get("media", [])
    if category not in _CATEGORIES:
        raise bad_schema(f"/specificContent/{_SHARE}/shareMediaCategory", "is not an enum symbol")
    if category == "NONE":
        return {}
    if not isinstance(media, list) or not media or not isinstance(media[0], dict):
        raise missing(f"/specificContent/{_SHARE}/media")
    first = media[0]
    title = first["title"].get("text", "") if isinstance(first.get("title"), dict) else ""
    if category == "ARTICLE":
        return {"article": {"source": first.get("originalUrl"), "title": title or "Untitled"}}
    shown = [{"id": each.get("media")} for each in media if isinstance(each, dict)]
    return {"media": shown[0]} if len(shown) == 1 else {"multiImage": {"images": shown}}


def _part(body: dict[str, Any], name: str, union: str, kind: type) -> Any:
    value = body.get(name)
    if not isinstance(value, dict) or not isinstance(value.get(union), kind):
        raise missing(f"/{name}/{union}")
    return value[union]
