"""Failures that the control interface asks the sandbox to act out.

Before the work: `throttle` (detail: the words before "limit", e.g. "APPLICATION DAY "),
`revoked` (the token is called revoked once), `unavailable` (503), `slow` (detail: milliseconds).
After it: `apply_then_500`, `apply_then_drop` (the connection ends without an answer),
`apply_then_slow` (detail: milliseconds).
"""

import asyncio
from dataclasses import dataclass

from starlette.requests import Request

from stack.sandbox.linkedin.house import House
from stack.sandbox.linkedin.refusals import gateway

BEFORE = frozenset({"throttle", "revoked", "unavailable", "slow"})
AFTER = frozenset({"apply_then_500", "apply_then_drop", "apply_then_slow"})
KINDS = BEFORE | AFTER

DROP_FLAG = "sandbox.drop"
"""Key in a request's scope: end the connection instead of answering."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure to act out."""

    kind: str
    detail: str


def take(house: House, operation: str) -> Fault | None:
    """Use up the next fault that waits for this operation (`posts.CREATE`, `userinfo.GET`…)."""
    with house.database.transaction():
        row = house.database.one("next_fault", operation=operation)
        if row is None:
            return None
        house.database.run("use_fault", id=row["id"])
    return Fault(row["kind"], row["detail"])


async def strike_before(fault: Fault | None) -> None:
    """Fail before anything is done, if the fault is of that sort."""
    if fault is None:
        return
    if fault.kind == "slow":
        await asyncio.sleep(int(fault.detail) / 1000)
    if fault.kind == "throttle":
        message = (
            f"Resource level throttle {fault.detail}limit for calls to this resource is reached."
        )
        raise gateway(429, message, service_code=101, code="TOO_MANY_REQUESTS")
    if fault.kind == "revoked":
        raise revoked()
    if fault.kind == "unavailable":
        raise gateway(503, "Service Unavailable")


async def strike_after(fault: Fault | None, request: Request) -> None:
    """Fail after the work is done and recorded, if the fault is of that sort."""
    if fault is None:
        return
    if fault.kind == "apply_then_slow":
        await asyncio.sleep(int(fault.detail) / 1000)
    if fault.kind == "apply_then_500":
        raise gateway(500, "Internal Server Error")
    if fault.kind == "apply_then_drop":
        request.scope[DROP_FLAG] = True


def revoked() -> Exception:
    """The answer to a token that was taken back."""
    message = "The token used in the request has been revoked by the user"
    return gateway(401, message, service_code=65601, code="REVOKED_ACCESS_TOKEN")
