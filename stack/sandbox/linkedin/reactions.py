"""`/rest/reactions`, and `/rest/socialActions/{urn}/likes` as it was before.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/reactions-api
"""

import sqlite3
from typing import Any

from starlette.responses import Response

from stack.sandbox.linkedin import answers, applied, littletext, restli, targets
from stack.sandbox.linkedin.arguments import (
    body_of,
    key_of,
    query_of,
    record_key_of,
    record_of,
)
from stack.sandbox.linkedin.comments import READ, WRITE, check_actor
from stack.sandbox.linkedin.gate import Call, Operation
from stack.sandbox.linkedin.post_content import missing
from stack.sandbox.linkedin.refusals import Refusal, bad_schema, gateway
from stack.sandbox.linkedin.targets import Target

CREATE = Operation("reactions", "CREATE", WRITE)
DELETE = Operation("reactions", "DELETE", WRITE)
GET = Operation("reactions", "GET", READ)
BATCH_GET = Operation("reactions", "BATCH_GET", READ)
FIND = Operation("reactions", "FINDER-entity", READ)
LIKE = Operation("socialActions/likes", "CREATE", WRITE)
UNLIKE = Operation("socialActions/likes", "DELETE", WRITE)
LIKES = Operation("socialActions/likes", "GET_ALL", READ)
A_LIKE = Operation("socialActions/likes", "GET", READ)

TYPES = ("LIKE", "PRAISE", "EMPATHY", "INTEREST", "APPRECIATION", "ENTERTAINMENT")
"""MAYBE can be read, from before, but not created."""


async def create(call: Call) -> Response:
    """React: 201. One reaction an actor and thing; another one takes its place."""
    actor = query_of(call, "actor").text("actor")
    body = await body_of(call)
    for name in body.keys() - {"root", "reactionType"}:
        raise bad_schema(f"/{name}", "unrecognized field found but not allowed")
    kind = body.get("reactionType")
    if kind not in TYPES:
        raise bad_schema("/reactionType", f'"{kind}" is not an enum symbol')
    if not isinstance(body.get("root"), str):
        raise missing("/root")
    target = targets.find(call.house, body["root"], "/root")
    row = _put(call, actor, target, kind)
    key = {"actor": actor, "entity": target.entity}
    return answers.created(restli.encode(key), _view(row))


async def delete(call: Call) -> Response:
    """Take a reaction back: 204."""
    key = record_key_of(call, "actor", "entity")
    _drop(call, key["actor"], targets.find(call.house, key["entity"]))
    return answers.done()


async def get(call: Call) -> Response:
    """The reaction of an actor to a thing."""
    query = query_of(call)
    key = record_key_of(call, "actor", "entity")
    return answers.entity(query, _look_up(call, key))


async def batch_get(call: Call) -> Response:
    """Several reactions, by their keys."""
    return answers.batch(
        query_of(call), lambda key: _look_up(call, record_of(key, "actor", "entity"))
    )


async def find(call: Call) -> Response:
    """All reactions to a thing."""
    query = query_of(call, "sort", "reactionType")
    query.choice("sort", ("CHRONOLOGICAL", "REVERSE_CHRONOLOGICAL", "RELEVANCE"), "CHRONOLOGICAL")
    kind = query.choice("reactionType", (*TYPES, ""), "")
    target = targets.find(call.house, record_key_of(call, "entity")["entity"])
    return _page(call, target, kind)


async def like(call: Call) -> Response:
    """Like, the older way: 201 with the like."""
    query_of(call)
    target = targets.find(call.house, key_of(call, -2))
    body = await body_of(call)
    for name in ("actor", "object"):
        if not isinstance(body.get(name), str):
            raise missing(f"/{name}")
    row = _put(call, body["actor"], target, "LIKE")
    return answers.created(restli.encode(body["actor"]), _like_view(row))


async def unlike(call: Call) -> Response:
    """Take a like back: 204."""
    actor = key_of(call)
    query_of(call, "actor")
    _drop(call, actor, targets.find(call.house, key_of(call, -3)))
    return answers.done()


async def likes(call: Call) -> Response:
    """Who liked it."""
    return _page(call, targets.find(call.house, key_of(call, -2)), "LIKE", is_like=True)


async def a_like(call: Call) -> Response:
    """Whether an actor did."""
    query = query_of(call)
    target = targets.find(call.house, key_of(call, -3))
    row = _row(call, key_of(call), target)
    if row["reaction"] != "LIKE":
        raise _not_found()
    return answers.entity(query, _like_view(row))


def summary(call: Call, target: Target) -> dict[str, int]:
    """How many there are of each kind."""
    rows = call.house.database.all("count_reactions", entity=target.entity)
    return {str(row["reaction"]): int(row["total"]) for row in rows}


def _put(call: Call, actor: str, target: Target, kind: str) -> sqlite3.Row:
    check_actor(call, actor)
    database, now_ms = call.house.database, call.house.clock.now_ms()
    with database.transaction():
        database.run(
            "put_reaction", actor=actor, entity=target.entity, reaction=kind, now_ms=now_ms
        )
        shown = littletext.Reading(kind, is_cut=False)
        applied.record(call, "reaction.create", target.entity, commentary=kind, shown=shown)
    return _row(call, actor, target)


def _drop(call: Call, actor: str, target: Target) -> None:
    check_actor(call, actor)
    _row(call, actor, target)
    with call.house.database.transaction():
        call.house.database.run("drop_reaction", actor=actor, entity=target.entity)
        applied.record(call, "reaction.delete", target.entity)


def _look_up(call: Call, key: dict[str, str]) -> dict[str, Any]:
    return _view(_row(call, key["actor"], targets.find(call.house, key["entity"])))


def _row(call: Call, actor: str, target: Target) -> sqlite3.Row:
    row = call.house.database.one("get_reaction", actor=actor, entity=target.entity)
    if row is None:
        raise _not_found()
    return row


def _page(call: Call, target: Target, kind: str, *, is_like: bool = False) -> Response:
    query = query_of(call, "sort", "reactionType")
    page = query.page()
    rows = call.house.database.all(
        "list_reactions", entity=target.entity, reaction=kind, start=page.start, count=page.count
    )
    counted = summary(call, target)
    total = counted.get(kind, 0) if kind else sum(counted.values())
    shown = [_like_view(row) if is_like else _view(row) for row in rows]
    return answers.collection(call, query, shown, page, total)


def _not_found() -> Refusal:
    return gateway(404, "The reaction could not be found", code="NOT_FOUND")


def _view(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": f"urn:li:reaction:({row['actor']},{row['entity']})",
        "root": row["entity"],
        "reactionType": row["reaction"],
        "created": {"actor": row["actor"], "time": row["created_ms"]},
        "lastModified": {"actor": row["actor"], "time": row["modified_ms"]},
    }


def _like_view(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "$URN": f"urn:li:like:({row['actor']},{row['entity']})",
        "actor": row["actor"],
        "agent": row["actor"],
        "object": row["entity"],
        "created": {"actor": row["actor"], "time": row["created_ms"]},
        "lastModified": {"actor": row["actor"], "time": row["modified_ms"]},
    }
