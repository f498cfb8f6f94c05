"""`/rest/socialActions/{urn}/comments`: comment, answer, edit, read back, take away.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api
"""

import json
import sqlite3
from typing import Any

from starlette.responses import Response

from stack.sandbox.linkedin import answers, applied, authors, littletext, targets
from stack.sandbox.linkedin.arguments import body_of, key_of, patch_of, query_of
from stack.sandbox.linkedin.comment_rules import check_comment, check_message
from stack.sandbox.linkedin.gate import Call, Operation
from stack.sandbox.linkedin.house import House
from stack.sandbox.linkedin.post_store import new_number
from stack.sandbox.linkedin.refusals import bad_schema, gateway, invalid_input
from stack.sandbox.linkedin.targets import Target

WRITE = frozenset(
    {
        "w_member_social",
        "w_member_social_feed",
        "w_organization_social",
        "w_organization_social_feed",
    }
)
READ = frozenset(
    {
        "r_member_social",
        "r_member_social_feed",
        "r_organization_social",
        "r_organization_social_feed",
    }
)
_RESOURCE = "socialActions/comments"
CREATE = Operation(_RESOURCE, "CREATE", WRITE)
EDIT = Operation(_RESOURCE, "PARTIAL_UPDATE", WRITE)
DELETE = Operation(_RESOURCE, "DELETE", WRITE)
LIST = Operation(_RESOURCE, "GET_ALL", READ)
GET = Operation(_RESOURCE, "GET", READ)
BATCH_GET = Operation(_RESOURCE, "BATCH_GET", READ)


async def create(call: Call) -> Response:
    """Comment: 201 with the comment, its number in `x-restli-id`."""
    query_of(call)
    target = targets.find(call.house, key_of(call, -2))
    body = check_comment(await body_of(call))
    check_actor(call, body["actor"])
    target = _thread(call.house, target, body)
    if target.post.has_comments_closed:
        raise gateway(403, "Comments are disabled for this post", code="ACCESS_DENIED")
    text = body["message"]["text"]
    now_ms = call.house.clock.now_ms()
    number = new_number(now_ms)
    with call.house.database.transaction():
        call.house.database.run(
            "add_comment",
            id=number,
            post=target.post.urn,
            parent_id=target.comment_id,
            actor=body["actor"],
            text=text,
            attributes=json.dumps(body["message"].get("attributes", [])),
            content=json.dumps(body.get("content", [])),
            created_ms=now_ms,
        )
        urn = targets.comment_urn(target.post, number)
        _record(call, "comment.create", urn, text)
    row = targets.comment_on(call.house, target.post, str(number))
    return answers.created(str(number), view(call.house, Target(target.post, row)))


async def edit(call: Call) -> Response:
    """Replace the text of an own comment: 204."""
    target, row = _own(call)
    patch = await patch_of(call)
    message = patch.get("message")
    wanted = message.get("$set") if isinstance(message, dict) else None
    if not isinstance(wanted, dict) or patch.keys() != {"message"}:
        raise bad_schema("/patch/message/$set", "only the message can be changed")
    check_message(wanted, "/patch/message/$set")
    with call.house.database.transaction():
        call.house.database.run(
            "edit_comment",
            id=row["id"],
            text=wanted["text"],
            attributes=json.dumps(wanted.get("attributes", [])),
            modified_ms=call.house.clock.now_ms(),
        )
        _record(call, "comment.edit", target.entity, wanted["text"])
    return answers.done()


async def delete(call: Call) -> Response:
    """Take an own comment away, and the answers to it: 204."""
    target, row = _own(call)
    with call.house.database.transaction():
        call.house.database.run("drop_comment", id=row["id"])
        applied.record(call, "comment.delete", target.entity)
    return answers.done()


async def list_all(call: Call) -> Response:
    """The comments on a post, or the answers to a comment, newest first."""
    query = query_of(call)
    page, target = query.page(), targets.find(call.house, key_of(call, -2))
    rows = call.house.database.all(
        "list_comments",
        post=target.post.urn,
        parent_id=target.comment_id,
        start=page.start,
        count=page.count,
    )
    shown = [view(call.house, Target(target.post, row)) for row in rows]
    return answers.collection(call, query, shown, page, counts(call.house, target)["direct"])


async def get(call: Call) -> Response:
    """One comment."""
    query = query_of(call)
    return answers.entity(query, view(call.house, _of_path(call)))


async def batch_get(call: Call) -> Response:
    """Several comments of one thread."""
    post = targets.find(call.house, key_of(call, -2)).post

    def look_up(key: object) -> dict[str, Any]:
        row = targets.comment_on(call.house, post, str(key))
        return view(call.house, Target(post, row))

    return answers.batch(query_of(call), look_up)


def check_actor(call: Call, actor: str) -> None:
    """Refuse who is neither the member nor a page of the member's."""
    if not authors.may_write(call, actor):
        raise authors.refused(f"Not enough permissions to act as {actor}")


def counts(house: House, target: Target) -> dict[str, int]:
    """Comments on a target: `total` of them, `direct` ones of these."""
    row = house.database.one("count_comments", post=target.post.urn, parent_id=target.comment_id)
    assert row is not None, "an aggregate always answers"
    return {"total": int(row["total"]), "direct": int(row["direct"])}


def view(house: House, target: Target) -> dict[str, Any]:
    """A comment as LinkedIn shows it."""
    row = target.comment
    assert row is not None, "of a comment"
    shown = {
        "actor": row["actor"],
        "agent": row["actor"],
        "created": {"actor": row["actor"], "time": row["created_ms"]},
        "lastModified": {"actor": row["actor"], "time": row["modified_ms"]},
        "id": str(row["id"]),
        "$URN": target.entity,
        "commentUrn": target.entity,
        "message": {"attributes": json.loads(row["attributes"]), "text": row["text"]},
        "object": target.post.activity,
        "commentsSummary": {"totalFirstLevelComments": counts(house, target)["direct"]},
    }
    if content := json.loads(row["content"]):
        shown["content"] = content
    if row["parent_id"] is not None:
        shown["parentComment"] = targets.comment_urn(target.post, row["parent_id"])
    return shown


def _thread(house: House, target: Target, body: dict[str, Any]) -> Target:
    """What the comment hangs from. An answer to an answer is not possible."""
    if targets.find(house, body["object"], "/object").post.urn != target.post.urn:
        message = "The object is another than the path names"
        raise invalid_input(400, "PARAM_INVALID", message, path="/object")
    if "parentComment" in body:
        target = targets.find(house, body["parentComment"], "/parentComment")
    if target.comment is not None and target.comment["parent_id"] is not None:
        message = "A nested comment cannot be answered"
        raise invalid_input(400, "PARAM_INVALID", message, path="/parentComment")
    return target


def _of_path(call: Call) -> Target:
    post = targets.find(call.house, key_of(call, -3)).post
    return Target(post, targets.comment_on(call.house, post, key_of(call)))


def _own(call: Call) -> tuple[Target, sqlite3.Row]:
    target = _of_path(call)
    row = target.comment
    assert row is not None, "the path names a comment"
    actor = query_of(call, "actor").text("actor", call.grant.member_urn)
    check_actor(call, actor)
    if row["actor"] != actor:
        raise authors.refused("Not enough permissions: the comment is another actor's")
    return target, row


def _record(call: Call, kind: str, urn: str, text: str) -> None:
    # A comment is no little text: its signs are shown as they are.
    shown = littletext.Reading(text, is_cut=False)
    applied.record(call, kind, urn, commentary=text, shown=shown)
