"""Lets in who the contract names, and nobody else."""

import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from inergize.common.v1 import access_pb2

from services.kernel.caller import Caller, ServiceCaller, set_caller
from services.kernel.contract import Method
from services.kernel.credentials import Verifier
from services.kernel.errors import (
    DomainError,
    PermissionDenied,
    ReauthenticationRequired,
    ScopeMissing,
    Unauthenticated,
)
from services.kernel.interceptors.call import Call

Check = Callable[[Call], Awaitable[None]]
BEARER = "bearer "
RECENT_SECONDS = 600.0
"""How long a proof of who the user is counts for what is sensitive.

Compared with this process's clock: beside ten minutes, the difference of two clocks is nothing.
"""


class Callers(Protocol):
    """Finds out who an access token belongs to."""

    async def caller(self, token: str, *, is_fresh: bool = False) -> Caller:
        """The caller; with `is_fresh`, as of now. Raises Unauthenticated or SessionEnded."""
        ...


def check_for(method: Method, callers: Callers, verifier: Verifier) -> Check:
    """The check that the method's access rule asks for."""
    match method.access:
        case access_pb2.ACCESS_PUBLIC:
            return _public(callers)
        case access_pb2.ACCESS_USER:
            return _user(method, callers)
        case access_pb2.ACCESS_ADMIN:
            return _admin(method, callers)
        case access_pb2.ACCESS_INTERNAL:
            return _internal(method, verifier)
        case _:
            raise ValueError(f"{method.path} has no access rule")


def _public(callers: Callers) -> Check:
    async def check(call: Call) -> None:
        # A bad token must not lock anyone out of signing in or refreshing.
        try:
            caller = await callers.caller(_bearer(call))
        except DomainError:
            set_caller(None)
            return
        # No scope covers a public method, so an API key says nothing there.
        set_caller(caller if caller.scopes is None else None)

    return check


def _user(method: Method, callers: Callers) -> Check:
    async def check(call: Call) -> None:
        caller = await _named(method, callers, call)
        if caller.scopes is not None and method.scope not in caller.scopes - {""}:
            raise ScopeMissing(scope=method.scope)
        _check_proof(method, caller)

    return check


def _admin(method: Method, callers: Callers) -> Check:
    async def check(call: Call) -> None:
        caller = await _named(method, callers, call)
        if caller.role != "admin" or caller.scopes is not None:
            raise PermissionDenied
        _check_proof(method, caller)

    return check


async def _named(method: Method, callers: Callers, call: Call) -> Caller:
    """The caller, also for the log, before anything is refused.

    What is sensitive asks as of now: within the seconds that a session is remembered, somebody who
    has just been thrown out would make a key to come back with.
    """
    caller = await callers.caller(_bearer(call), is_fresh=method.needs_recent_authentication)
    set_caller(caller)
    return caller


def _check_proof(method: Method, caller: Caller) -> None:
    """Raises ReauthenticationRequired when the method needs a recent proof and there is none."""
    if method.needs_recent_authentication and not _is_recent(caller):
        raise ReauthenticationRequired(within_seconds=str(int(RECENT_SECONDS)))


def _is_recent(caller: Caller) -> bool:
    return time.time() - caller.authenticated_at < RECENT_SECONDS


def _internal(method: Method, verifier: Verifier) -> Check:
    async def check(call: Call) -> None:
        name = verifier.caller(_bearer(call))
        set_caller(ServiceCaller(name))
        if name not in method.callers:
            raise PermissionDenied

    return check


def _bearer(call: Call) -> str:
    value = call.header("authorization")
    if value[: len(BEARER)].lower() != BEARER:
        raise Unauthenticated
    return value[len(BEARER) :].strip()
