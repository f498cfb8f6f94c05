"""Failures that the control interface asks the sandbox to act out; `fault_kinds` lists them."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message

from stack.sandbox.linkedin.database import Database
from stack.sandbox.linkedin.house import House, house_of
from stack.sandbox.linkedin.quotas import used_up
from stack.sandbox.linkedin.refusals import Refusal, gateway, oauth

DROP_FLAG = "sandbox.drop"
"""Key in a request's scope: end the connection instead of answering."""

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure to act out."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A failure to come, the calls that it fits ("" for any), and how often it strikes.

    It strikes the next `count` of them (None: all of them), each with `probability`, by draws
    that follow from `seed`. `token_age_ms`: only while the token is younger than that.
    """

    kind: str
    detail: str
    operation: str
    method: str
    path: str
    member_id: str
    token_age_ms: int | None
    count: int | None
    probability: float
    seed: int


@dataclass(frozen=True, slots=True)
class Occasion:
    """A call that a fault may strike; `token_age_ms` is -1 where there is no token."""

    operation: str
    request: Request
    member_id: str = ""
    token_age_ms: int = -1


def plan(database: Database, wanted: Plan) -> int:
    """Plan a failure; returns its id."""
    row = database.one(
        "add_fault",
        kind=wanted.kind,
        operation=wanted.operation,
        method=wanted.method,
        path=wanted.path,
        member_id=wanted.member_id,
        token_age_ms=wanted.token_age_ms,
        detail=wanted.detail,
        remaining=wanted.count,
        probability=wanted.probability,
        seed=wanted.seed,
    )
    assert row is not None, "RETURNING always answers"
    return int(row["id"])


def waiting(database: Database) -> list[dict[str, Any]]:
    """The failures still to come, in the order they were planned."""
    return [dict(row) for row in database.all("list_faults")]


def take(house: House, occasion: Occasion) -> Fault | None:
    """Use up the first fault that fits this call and that chance does not spare it."""
    fitting = _fitting(house, occasion)
    if not fitting:
        return None
    with house.database.transaction():
        for row in fitting:
            if row["probability"] < 1:
                house.database.run("draw_fault", id=row["id"])
                if _draw(row["seed"], row["draws"]) >= row["probability"]:
                    continue
            house.database.run("use_fault", id=row["id"])
            return Fault(row["kind"], row["detail"])
    return None


def exposed(operation: str, endpoint: Endpoint) -> Endpoint:
    """An endpoint that takes no access token, made one that faults can strike."""

    async def struck(request: Request) -> Response:
        fault = take(house_of(request), Occasion(operation, request))
        return await carry_out(fault, request, endpoint)

    return struck


async def carry_out(fault: Fault | None, request: Request, work: Endpoint) -> Response:
    """Do the work, with the fault before, during or after it."""
    await strike_before(fault, request)
    try:
        response = await work(received(fault, request))
    except ClientDisconnect:
        request.scope[DROP_FLAG] = True  # nobody is there to answer
        return Response(status_code=400)
    await strike_after(fault, request)
    return response


async def strike_before(fault: Fault | None, request: Request) -> None:
    """Fail before anything is done, if the fault is of that sort."""
    if fault is None:
        return
    if fault.kind == "slow":
        await asyncio.sleep(int(fault.detail) / 1000)
    elif fault.kind in {"hang", "drop"}:
        await _hang(fault, request)
        request.scope[DROP_FLAG] = True
        raise gateway(500, "This answer is never sent")
    elif fault.kind in _REFUSALS:
        raise _REFUSALS[fault.kind](fault, request)


def received(fault: Fault | None, request: Request) -> Request:
    """The request as it arrives: its sender gone halfway, if the fault is of that sort."""
    if fault is None or fault.kind != "partial_upload":
        return request
    whole = int(request.headers.get("content-length", "0"))
    left = whole * int(fault.detail) // 100

    async def receive() -> Message:
        nonlocal left
        if left <= 0:
            return {"type": "http.disconnect"}
        message = await request.receive()
        body = message.get("body", b"")[:left]
        left -= len(body)
        return {"type": "http.request", "body": body, "more_body": True}

    return Request(request.scope, receive)


async def strike_after(fault: Fault | None, request: Request) -> None:
    """Fail after the work is done and recorded, if the fault is of that sort."""
    if fault is None:
        return
    if fault.kind == "apply_then_slow":
        await asyncio.sleep(int(fault.detail) / 1000)
    elif fault.kind == "apply_then_500":
        raise gateway(500, "Internal Server Error")
    elif fault.kind in {"apply_then_drop", "apply_then_hang", "partial_upload"}:
        await _hang(fault, request)
        request.scope[DROP_FLAG] = True


def revoked() -> Refusal:
    """The answer to a token that was taken back."""
    message = "The token used in the request has been revoked by the user"
    return gateway(401, message, service_code=65601, code="REVOKED_ACCESS_TOKEN")


def expired() -> Refusal:
    """The answer to a token whose time is over."""
    message = "The token used in the request has expired"
    return gateway(401, message, service_code=65602, code="EXPIRED_ACCESS_TOKEN")


def invalid_token() -> Refusal:
    """The answer to a token that never was."""
    message = "Invalid access token"
    return gateway(401, message, service_code=65600, code="INVALID_ACCESS_TOKEN")


def dead_grant() -> Refusal:
    """The answer to a refresh token that is of no use any more."""
    return oauth(400, "invalid_grant", "The provided refresh token is invalid, expired or revoked")


def _draw(seed: int, number: int) -> float:
    """The `number`th number of a seed, from 0 up to 1: the same again after a restart."""
    drawn = hashlib.sha256(f"{seed}/{number}".encode()).digest()[:8]
    return int.from_bytes(drawn, "big") / 2**64


def _fitting(house: House, occasion: Occasion) -> list[Any]:
    return house.database.all(
        "fitting_faults",
        operation=occasion.operation,
        method=occasion.request.method,
        path=occasion.request.url.path,
        member_id=occasion.member_id,
        token_age_ms=occasion.token_age_ms,
    )


async def _hang(fault: Fault, request: Request) -> None:
    """Wait until the caller gives up, or the fault's time is over; a `drop` does not wait."""
    if fault.kind not in {"hang", "apply_then_hang"}:
        return
    try:
        async with asyncio.timeout(int(fault.detail) / 1000):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


def _throttled(fault: Fault, _: Request) -> Refusal:
    if fault.detail == "INFRASTRUCTURE":
        return gateway(429, "Too Many Requests")
    return used_up("" if fault.detail == "PLAIN" else fault.detail)


def _server_error(fault: Fault, _: Request) -> Refusal:
    return gateway(int(fault.detail), "Internal Server Error")


def _bad_token(refusal: Callable[[], Refusal]) -> Callable[[Fault, Request], Refusal]:
    """For the API about its access token, for OAuth about the refresh token."""

    def refuse(_: Fault, request: Request) -> Refusal:
        return dead_grant() if request.url.path.startswith("/oauth/") else refusal()

    return refuse


_REFUSALS: dict[str, Callable[[Fault, Request], Refusal]] = {
    "throttle": _throttled,
    "server_error": _server_error,
    "unavailable": lambda _, __: gateway(503, "Service Unavailable"),
    "expired": _bad_token(expired),
    "revoked": _bad_token(revoked),
    "invalid_token": _bad_token(invalid_token),
}
