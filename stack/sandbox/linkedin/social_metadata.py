"""`/rest/socialMetadata` and `socialActions/{urn}`: how much was said and felt about something.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/social-metadata-api
"""

from typing import Any

from starlette.responses import Response

from stack.sandbox.linkedin import answers, applied, authors, reactions, targets
from stack.sandbox.linkedin.arguments import key_of, patch_of, query_of
from stack.sandbox.linkedin.comments import READ, WRITE, counts
from stack.sandbox.linkedin.gate import Call, Operation
from stack.sandbox.linkedin.refusals import bad_schema
from stack.sandbox.linkedin.restli import Value

GET = Operation("socialMetadata", "GET", READ)
BATCH_GET = Operation("socialMetadata", "BATCH_GET", READ)
EDIT = Operation("socialMetadata", "PARTIAL_UPDATE", WRITE)
SUMMARY = Operation("socialActions", "GET", READ)
OLD_SUMMARY = Operation("socialActions", "GET", READ, is_versioned=False)


async def get(call: Call) -> Response:
    """Of one post or comment."""
    query = query_of(call)
    return answers.entity(query, _look_up(call, key_of(call)))


async def batch_get(call: Call) -> Response:
    """Of several."""
    return answers.batch(query_of(call), lambda key: _look_up(call, key))


async def edit(call: Call) -> Response:
    """Open or close a post to comments; closing takes away those that are there."""
    actor = query_of(call, "actor").text("actor")
    target = targets.find(call.house, key_of(call))
    if target.post.author != actor or not authors.may_write(call, actor):
        raise authors.refused("Not enough permissions to change another's post")
    wanted = (await patch_of(call)).get("$set")
    state = wanted.get("commentsState") if isinstance(wanted, dict) else None
    if state not in ("OPEN", "CLOSED") or target.comment is not None:
        raise bad_schema("/patch/$set/commentsState", f'"{state}" is not an enum symbol')
    database, post = call.house.database, target.post
    with database.transaction():
        database.run("close_comments", urn=post.urn, is_closed=state == "CLOSED")
        if state == "CLOSED":
            database.run("drop_comments", post=post.urn)
        applied.record(call, f"comments.{state.lower()}", post.urn)
    return answers.done()


async def summary(call: Call) -> Response:
    """The older form: likes and comments, counted."""
    query = query_of(call)
    target = targets.find(call.house, key_of(call))
    liked = call.house.database.one(
        "get_reaction", actor=call.grant.member_urn, entity=target.entity
    )
    total, said = sum(reactions.summary(call, target).values()), counts(call.house, target)
    document = {
        "target": target.entity,
        "likesSummary": {
            "totalLikes": total,
            "aggregatedTotalLikes": total,
            "likedByCurrentUser": liked is not None,
        },
        "commentsSummary": {
            "totalFirstLevelComments": said["direct"],
            "aggregatedTotalComments": said["total"],
        },
    }
    return answers.entity(query, document)


def _look_up(call: Call, key: Value) -> dict[str, Any]:
    target = targets.find(call.house, key)
    said = counts(call.house, target)
    felt = reactions.summary(call, target)
    return {
        "entity": target.entity,
        "reactionSummaries": {
            kind: {"reactionType": kind, "count": count} for kind, count in felt.items()
        },
        "commentSummary": {"count": said["total"], "topLevelCount": said["direct"]},
        "commentsState": "CLOSED" if target.post.has_comments_closed else "OPEN",
    }
