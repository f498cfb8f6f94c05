"""The log of what really took effect, for tests to count."""

import json
from datetime import UTC, datetime
from typing import Any

from stack.sandbox.linkedin.database import Database
from stack.sandbox.linkedin.gate import Call
from stack.sandbox.linkedin.littletext import Reading

_HEADERS_KEPT = (
    "user-agent",
    "linkedin-version",
    "x-restli-protocol-version",
    "x-restli-method",
    "x-request-id",
)


_NOTHING_SHOWN = Reading("", is_cut=False)


def record(
    call: Call, kind: str, urn: str, *, commentary: str = "", shown: Reading = _NOTHING_SHOWN
) -> None:
    """Add an entry; call it inside the transaction that makes the change."""
    headers = {
        name: call.request.headers[name] for name in _HEADERS_KEPT if name in call.request.headers
    }
    call.house.database.run(
        "add_applied",
        time_ms=call.house.clock.now_ms(),
        kind=kind,
        member=call.grant.member_urn,
        urn=urn,
        commentary=commentary,
        rendered=shown.rendered,
        is_cut=shown.is_cut,
        request_id=call.request_id,
        headers=json.dumps(headers),
    )


def entries(
    database: Database,
    *,
    member: str = "",
    urn: str = "",
    kind: str = "",
    request_id: str = "",
    after: int = 0,
) -> list[dict[str, Any]]:
    """The log in order; each filter is off when empty. `member` is a URN."""
    rows = database.all(
        "list_applied", member=member, urn=urn, kind=kind, request_id=request_id, after=after
    )
    return [_entry(dict(row)) for row in rows]


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    time = datetime.fromtimestamp(row.pop("time_ms") / 1000, UTC)
    return {
        **row,
        "time": time.isoformat(timespec="milliseconds"),
        "is_cut": bool(row["is_cut"]),
        "headers": json.loads(row["headers"]),
    }
