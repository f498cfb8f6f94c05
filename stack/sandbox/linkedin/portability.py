"""What a member may take along: a snapshot by domain, and what the member did lately.

The rows have the names of the archive that LinkedIn lets members download.
Source: https://learn.microsoft.com/en-us/linkedin/dma/member-data-portability/shared/member-snapshot-api
and its sister member-changelog-api
"""

from collections.abc import Callable
from datetime import UTC, datetime

from starlette.responses import Response

from stack.sandbox.linkedin import answers, changelog, members, post_store
from stack.sandbox.linkedin.arguments import Page, query_of
from stack.sandbox.linkedin.gate import Call, Operation
from stack.sandbox.linkedin.refusals import gateway

_SCOPES = frozenset({"r_dma_portability_3rd_party", "r_dma_portability_self_serve"})
SNAPSHOT = Operation("memberSnapshotData", "FINDER-criteria", _SCOPES)
CHANGES = Operation("memberChangeLogs", "FINDER-memberAndApplication", _SCOPES)

CHANGES_KEPT_MS = 28 * 86_400 * 1000


async def snapshot(call: Call) -> Response:
    """One domain: 404 when there is nothing in it."""
    query = query_of(call, "domain")
    domain = query.choice("domain", tuple(_DOMAINS))
    rows = _DOMAINS[domain](call)
    page = Page(query.page().start, 1)
    if not rows or page.start > 0:
        raise gateway(404, "No data found for this memberId", code="NOT_FOUND")
    element = {"snapshotData": rows, "snapshotDomain": domain}
    return answers.collection(call, query, [element], page, 1)


async def changes(call: Call) -> Response:
    """What was done by the member or to them in the last four weeks, oldest first."""
    query = query_of(call, "startTime")
    page = query.page()
    now_ms = call.house.clock.now_ms()
    since_ms = max(query.number("startTime", 0, 0, 2**62), now_ms - CHANGES_KEPT_MS)
    events = [event for event in changelog.events(call) if event["processedAt"] >= since_ms]
    shown = events[page.start : page.start + page.count]
    return answers.collection(call, query, shown, page, len(events))


def _profile(call: Call) -> list[dict[str, str]]:
    member = members.get(call.house.database, call.grant.member_id)
    if member is None:
        return []
    return [
        {
            "First Name": member.given_name,
            "Last Name": member.family_name,
            "Headline": member.headline,
            "Geo Location": member.country,
        }
    ]


def _connections(call: Call) -> list[dict[str, str]]:
    rows = call.house.database.all(
        "list_connections", member_id=call.grant.member_id, start=0, count=-1
    )
    found = []
    for row in rows:
        other = members.get(call.house.database, row["other_id"])
        if other is not None:
            url = f"https://www.linkedin.com/in/{other.vanity_name}"
            names = {"First Name": other.given_name, "Last Name": other.family_name, "URL": url}
            found.append({**names, "Connected On": f"{_at(row['connected_ms']):%d %b %Y}"})
    return found


def _shares(call: Call) -> list[dict[str, str]]:
    posts = post_store.list_all(call.house, call.grant.member_urn)
    return [
        {
            "Date": f"{_at(post.created_ms):%Y-%m-%d %H:%M:%S}",
            "ShareLink": f"https://www.linkedin.com/feed/update/{post.urn}",
            "ShareCommentary": post.rendered,
            "Visibility": str(post.body["visibility"]),
        }
        for post in posts
        if post.deleted_ms is None
    ]


def _at(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


_DOMAINS: dict[str, Callable[[Call], list[dict[str, str]]]] = {
    "PROFILE": _profile,
    "CONNECTIONS": _connections,
    "MEMBER_SHARE_INFO": _shares,
}
