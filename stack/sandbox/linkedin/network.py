"""`/v2/connections`, for approved partners: how many a member has, and who they are.

Source: https://learn.microsoft.com/en-us/linkedin/shared/integrations/people/connections-api
"""

from starlette.responses import Response

from stack.sandbox.linkedin import answers, authors
from stack.sandbox.linkedin.arguments import key_of, query_of
from stack.sandbox.linkedin.gate import Call, Operation
from stack.sandbox.linkedin.house import House

SIZE = Operation("connections", "GET", frozenset({"r_1st_connections_size"}), is_versioned=False)
LIST = Operation(
    "connections", "FINDER-viewer", frozenset({"r_1st_connections"}), is_versioned=False
)


async def size(call: Call) -> Response:
    """How many the member has; of another it is not told."""
    query = query_of(call)
    if key_of(call) != call.grant.member_urn:
        raise authors.refused("Not enough permissions to access the connections of another member")
    return answers.entity(query, {"firstDegreeSize": count(call.house, call.grant.member_id)})


async def list_own(call: Call) -> Response:
    """Who they are, newest first."""
    query = query_of(call, "projection")
    page = query.page()
    rows = call.house.database.all(
        "list_connections", member_id=call.grant.member_id, start=page.start, count=page.count
    )
    elements = [{"to": f"urn:li:person:{row['other_id']}"} for row in rows]
    total = count(call.house, call.grant.member_id)
    return answers.collection(call, query, elements, page, total)


def count(house: House, member_id: str) -> int:
    """First-degree connections."""
    row = house.database.one("count_connections", member_id=member_id)
    return int(row["total"]) if row else 0


def connect(house: House, one: str, other: str) -> None:
    """Connect two members, in both directions."""
    now_ms = house.clock.now_ms()
    for a, b in ((one, other), (other, one)):
        house.database.run("put_connection", member_id=a, other_id=b, connected_ms=now_ms)


def is_connected(house: House, one: str, other: str) -> bool:
    """Whether two members are."""
    return house.database.one("is_connected", member_id=one, other_id=other) is not None
