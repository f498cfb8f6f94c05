"""Daily quotas: for each kind of call one per application and one per member of it.

Both begin anew at 00:00 UTC by the sandbox's clock. LinkedIn does not publish their sizes. Those
that its self-serve documentation was quoted with are for sharing, so they hold for calls that
create something; all others have no limit until one is set.
Source: https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/rate-limits
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from stack.sandbox.linkedin.house import House
from stack.sandbox.linkedin.refusals import Refusal, gateway

APPLICATION = "application"
MEMBER = "member"
KINDS = (APPLICATION, MEMBER)

USUAL_LIMITS = {APPLICATION: 100_000, MEMBER: 150}
"""Calls a day for calls that create something, where nothing else was set."""

# LinkedIn mails the application's owner at this share of its quota.
_ALERT_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class Usage:
    """Calls of one kind today: a member's, or all of the application's (`member_id` "")."""

    client_id: str
    member_id: str
    operation: str
    calls: int
    limit: int | None

    @property
    def kind(self) -> str:
        """Whose quota it is."""
        return MEMBER if self.member_id else APPLICATION

    @property
    def has_alert(self) -> bool:
        """Whether LinkedIn would have mailed the application's owner."""
        is_app = self.kind == APPLICATION
        return is_app and self.limit is not None and self.calls >= self.limit * _ALERT_SHARE


def count(house: House, client_id: str, member_id: str, operation: str) -> None:
    """Count one call; raises the 429 of whichever quota is used up, and then counts nothing."""
    key = {"day": _today(house), "client_id": client_id, "operation": operation}
    for kind, whose in ((APPLICATION, ""), (MEMBER, member_id)):
        limit = limit_of(house, client_id, operation, kind)
        if limit is None:
            continue
        row = house.database.one("get_calls", **key, member_id=whose)
        if (row["calls"] if row else 0) >= limit:
            raise used_up(f"{kind.upper()} DAY")
    for whose in ("", member_id):
        house.database.run("count_call", **key, member_id=whose)


def limit_of(house: House, client_id: str, operation: str, kind: str) -> int | None:
    """Calls a day, or None for no limit."""
    row = house.database.one("get_quota_limit", client_id=client_id, operation=operation, kind=kind)
    if row is not None:
        return None if row["calls_per_day"] is None else int(row["calls_per_day"])
    return USUAL_LIMITS[kind] if operation.endswith(".CREATE") else None


def set_limit(
    house: House, *, kind: str, calls_per_day: int | None, client_id: str = "", operation: str = ""
) -> None:
    """Set a quota; an empty client or operation stands for any, None for no limit."""
    house.database.run(
        "put_quota_limit",
        client_id=client_id,
        operation=operation,
        kind=kind,
        calls_per_day=calls_per_day,
    )


def today(house: House) -> list[Usage]:
    """What was called today, by application, kind of call and member."""
    rows = house.database.all("list_calls", day=_today(house))
    return [
        Usage(
            **dict(row),
            limit=limit_of(
                house,
                row["client_id"],
                row["operation"],
                MEMBER if row["member_id"] else APPLICATION,
            ),
        )
        for row in rows
    ]


def clear(house: House) -> None:
    """Back to the usual limits, with nothing used."""
    with house.database.transaction():
        house.database.run("clear_quota_limits")
        house.database.run("clear_calls")


def resets_at(house: House) -> datetime:
    """When today ends: the next midnight in UTC."""
    midnight = _now(house).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)


def used_up(window: str) -> Refusal:
    """The 429 of a used-up quota; `window` is `APPLICATION DAY`, `MEMBER DAY` or "" (older)."""
    words = f"{window} " if window else ""
    message = f"Resource level throttle {words}limit for calls to this resource is reached."
    return gateway(429, message, service_code=101, code="TOO_MANY_REQUESTS")


def _today(house: House) -> str:
    return _now(house).date().isoformat()


def _now(house: House) -> datetime:
    return datetime.fromtimestamp(house.clock.now_ms() / 1000, UTC)
