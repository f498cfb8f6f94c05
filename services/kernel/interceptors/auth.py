"""Lets in who the contract names, and nobody else."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from inergize.common.v1 import access_pb2

from services.kernel.caller import Caller, ServiceCaller, set_caller
from services.kernel.contract import Method
from services.kernel.credentials import Verifier
from services.kernel.errors import DomainError, PermissionDenied, Unauthenticated
from services.kernel.interceptors.call import Call

Check = Callable[[Call], Awaitable[None]]
BEARER = "bearer "


class Callers(Protocol):
    """Finds out who an access token belongs to."""

    async def caller(self, token: str) -> Caller:
        """The caller. Raises Unauthenticated or SessionEnded."""
        ...


def check_for(method: Method, callers: Callers, verifier: Verifier) -> Check:
    """The check that the method's access rule asks for."""
    match method.access:
        case access_pb2.ACCESS_PUBLIC:
            return _public(callers)
        case access_pb2.ACCESS_USER:
            return _user(callers)
        case access_pb2.ACCESS_ADMIN:
            return _admin(callers)
        case access_pb2.ACCESS_INTERNAL:
            return _internal(method, verifier)
        case _:
            raise ValueError(f"{method.path} has no access rule")


def _public(callers: Callers) -> Check:
    async def check(call: Call) -> None:
        # A bad token must not lock anyone out of signing in or refreshing.
        try:
            set_caller(await callers.caller(_bearer(call)))
        except DomainError:
            set_caller(None)

    return check


def _user(callers: Callers) -> Check:
    async def check(call: Call) -> None:
        set_caller(await callers.caller(_bearer(call)))

    return check


def _admin(callers: Callers) -> Check:
    async def check(call: Call) -> None:
        caller = await callers.caller(_bearer(call))
        if caller.role != "admin":
            raise PermissionDenied
        set_caller(caller)

    return check


def _internal(method: Method, verifier: Verifier) -> Check:
    async def check(call: Call) -> None:
        name = verifier.caller(_bearer(call))
        if name not in method.callers:
            raise PermissionDenied
        set_caller(ServiceCaller(name))

    return check


def _bearer(call: Call) -> str:
    value = call.header("authorization")
    if value[: len(BEARER)].lower() != BEARER:
        raise Unauthenticated
    return value[len(BEARER) :].strip()
