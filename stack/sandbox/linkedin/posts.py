"""`/rest/posts`: create, change, take down. Reading them is in `post_reading`.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
"""

from typing import Any

from starlette.responses import Response

from stack.sandbox.linkedin import answers, applied, authors, littletext, post_store
from stack.sandbox.linkedin.arguments import body_of, key_of, patch_of, query_of
from stack.sandbox.linkedin.assets import check_usable
from stack.sandbox.linkedin.gate import Call, Operation
from stack.sandbox.linkedin.model import StoredPost
from stack.sandbox.linkedin.post_content import media_of
from stack.sandbox.linkedin.post_rules import changed, check_post, unpermitted_author
from stack.sandbox.linkedin.refusals import Refusal, gateway, invalid_input

WRITE = frozenset({"w_member_social", "w_organization_social"})
CREATE = Operation("posts", "CREATE", WRITE)
EDIT = Operation("posts", "PARTIAL_UPDATE", WRITE)
DELETE = Operation("posts", "DELETE", WRITE)


async def create(call: Call) -> Response:
    """Publish: 201 with an empty body, the URN in `x-restli-id`."""
    query_of(call)
    body = check_post(await body_of(call))
    if not authors.may_write(call, body["author"]):
        raise unpermitted_author()
    check_usable(call.house, body["author"], media_of(body.get("content", {})))
    _check_parent(call, body.get("reshareContext"))
    shown = littletext.read(body["commentary"])
    with call.house.database.transaction():
        refuse_repetition(call, body)
        urn = post_store.add(call.house, body, shown)
        applied.record(call, "post.create", urn, commentary=body["commentary"], shown=shown)
    return answers.created(urn)


async def edit(call: Call) -> Response:
    """Change what a patch names: 204."""
    post = _own(call)
    if post is None or post.deleted_ms is not None:
        raise not_found()
    body = changed(post.body, await patch_of(call))
    shown = littletext.read(body["commentary"])
    with call.house.database.transaction():
        post_store.edit(call.house, post, body, shown)
        applied.record(call, "post.edit", post.urn, commentary=body["commentary"], shown=shown)
    return answers.done()


async def delete(call: Call) -> Response:
    """Take down; doing so again is answered the same and changes nothing."""
    post = _own(call)
    if post is None:
        raise not_found()
    if post.deleted_ms is None:
        with call.house.database.transaction():
            now_ms = call.house.clock.now_ms()
            call.house.database.run("delete_post", urn=post.urn, deleted_ms=now_ms)
            applied.record(call, "post.delete", post.urn)
    return answers.done()


def refuse_repetition(call: Call, body: dict[str, Any]) -> None:
    """Refuse what the author has posted before, unless a fault lets it through."""
    repeated = post_store.duplicate_of(call.house, body)
    if repeated is not None and not call.may_repeat:
        raise _duplicate(repeated)


def not_found() -> Refusal:
    """The 404 for a post that never was, or is down."""
    return gateway(404, "The post could not be found", code="NOT_FOUND")


def _own(call: Call) -> StoredPost | None:
    """The post that the path names, if the call may change it."""
    post = post_store.find(call.house, key_of(call))
    if post is not None and not authors.may_write(call, post.author):
        raise authors.refused("Not enough permissions to access the post of another author")
    return post


def _check_parent(call: Call, context: dict[str, Any] | None) -> None:
    if context is None:
        return
    parent = post_store.find(call.house, context["parent"])
    path = "/reshareContext/parent"
    if parent is None or parent.deleted_ms is not None or parent.state != "PUBLISHED":
        raise invalid_input(400, "PARAM_INVALID", "The reshared post does not exist", path=path)
    if parent.body.get("isReshareDisabledByAuthor"):
        message = "The author does not allow this post to be reshared"
        raise invalid_input(400, "PARAM_INVALID", message, path=path)


def _duplicate(urn: str) -> Refusal:
    message = (
        "com.linkedin.content.common.exception.BadRequestResponseException: "
        f"Content is a duplicate of {urn}"
    )
    return invalid_input(422, "DUPLICATE_POST", message)
