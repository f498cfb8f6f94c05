"""What is in a member's change log: their own doings here, and what tests say others did to them.

Source: https://learn.microsoft.com/en-us/linkedin/dma/member-data-portability/shared/member-changelog-api
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from stack.sandbox.linkedin import applied, post_store
from stack.sandbox.linkedin.gate import Call
from stack.sandbox.linkedin.house import House

_RESOURCES = {
    "post": "ugcPosts",
    "comment": "socialActions/comments",
    "reaction": "socialActions/likes",
    "invitation": "invitations",
    "message": "messages",
}
_METHODS = {"edit": "PARTIAL_UPDATE"}


def events(call: Call) -> list[dict[str, Any]]:
    """Everything, oldest first."""
    own = (_own(call, entry) for entry in applied.entries(call.house.database, member=_owner(call)))
    others = (
        _of_others(dict(row)) for row in call.house.database.all("list_changes", owner=_owner(call))
    )
    return sorted([*own, *others], key=lambda event: event["processedAt"])


def _owner(call: Call) -> str:
    return call.grant.member_urn


def _own(call: Call, entry: Mapping[str, Any]) -> dict[str, Any]:
    thing, _, verb = str(entry["kind"]).partition(".")
    at_ms = round(datetime.fromisoformat(entry["time"]).timestamp() * 1000)
    activity = _ACTIVITIES.get(thing, _named)(call.house, entry)
    return _event(
        f"{entry['sequence']}",
        owner=_owner(call),
        actor=str(entry["member"]),
        resource=_RESOURCES.get(thing, f"{thing}s"),
        method=_METHODS.get(verb, verb.upper()),
        activity=activity,
        at_ms=at_ms,
    )


def _of_others(row: Mapping[str, Any]) -> dict[str, Any]:
    return _event(
        f"1{row['sequence']:08}",
        owner=row["owner"],
        actor=row["actor"],
        resource=row["resource"],
        method=row["method"],
        activity=json.loads(row["activity"]),
        at_ms=row["time_ms"],
    )


def _event(
    number: str,
    *,
    owner: str,
    actor: str,
    resource: str,
    method: str,
    activity: dict[str, Any],
    at_ms: int,
) -> dict[str, Any]:
    return {
        "id": int(number),
        "owner": owner,
        "actor": actor,
        "resourceName": resource,
        "resourceId": str(activity.get("id", "")),
        "method": method,
        "activity": activity,
        "activityStatus": "SUCCESS",
        "capturedAt": at_ms,
        "processedAt": at_ms,
        "siblingActivities": [],
    }


def _post(house: House, entry: Mapping[str, Any]) -> dict[str, Any]:
    post = post_store.find(house, str(entry["urn"]))
    reshared = post.body.get("reshareContext") if post is not None else None
    text = {"shareCommentary": {"text": entry["rendered"] or entry["commentary"]}}
    content = {"com.linkedin.ugc.ShareContent": text}
    told = {"id": entry["urn"], "author": entry["member"], "specificContent": content}
    return {**told, "responseContext": {"parent": reshared["parent"]}} if reshared else told


def _comment(house: House, entry: Mapping[str, Any]) -> dict[str, Any]:
    del house
    # urn:li:comment:(urn:li:activity:1,2) is comment 2 on urn:li:activity:1.
    target, _, number = str(entry["urn"]).partition("(")[2].rstrip(")").partition(",")
    text = {"text": entry["commentary"], "attributes": []}
    return {"id": number, "actor": entry["member"], "object": target, "message": text}


def _reaction(house: House, entry: Mapping[str, Any]) -> dict[str, Any]:
    del house
    return {"actor": entry["member"], "object": entry["urn"]}


def _invitation(house: House, entry: Mapping[str, Any]) -> dict[str, Any]:
    row = house.database.one("get_invitation", urn=entry["urn"])
    return {"id": entry["urn"], "invitee": row["invitee"] if row else ""}


def _named(house: House, entry: Mapping[str, Any]) -> dict[str, Any]:
    del house
    return {"id": entry["urn"]}


_ACTIVITIES: Mapping[str, Callable[[House, Mapping[str, Any]], dict[str, Any]]] = {
    "post": _post,
    "comment": _comment,
    "reaction": _reaction,
    "invitation": _invitation,
}
