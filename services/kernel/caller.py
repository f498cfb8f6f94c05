"""Who is calling: known to everything that runs on behalf of one call."""

from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from services.kernel.errors import Unauthenticated

ANONYMOUS = "anonymous"
"""Who acts when nobody is known."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in user, as the session says."""

    user_id: UUID
    session_id: UUID
    """The session's id, or the API key's."""
    role: str
    """member, support or admin."""
    tier: str
    """free, basic, premium or enterprise."""
    auth_level: int
    """1 after a password, 2 after a second factor."""
    time_zone: str
    """IANA zone."""
    authenticated_at: float = 0.0
    """Unix time when the session's user was last proved; never, for an API key."""
    scopes: frozenset[str] | None = None
    """What an API key may do; None for a session, which may do what its user may."""


@dataclass(frozen=True, slots=True)
class ServiceCaller:
    """Another process of ours, proved by its credential."""

    name: str


_caller: ContextVar[Caller | ServiceCaller | None] = ContextVar("caller", default=None)
_request_id: ContextVar[str] = ContextVar("request_id", default="")


def set_caller(caller: Caller | ServiceCaller | None) -> None:
    """Set the caller for the rest of this call."""
    _caller.set(caller)


def current_caller() -> Caller:
    """The signed-in user. Raises Unauthenticated when there is none."""
    caller = _caller.get()
    if not isinstance(caller, Caller):
        raise Unauthenticated
    return caller


def maybe_caller() -> Caller | None:
    """The signed-in user, or None: for public methods."""
    caller = _caller.get()
    return caller if isinstance(caller, Caller) else None


def actor_name() -> str:
    """Who acts, for the record: `user:<id>`, `svc:<name>` or `anonymous`."""
    match _caller.get():
        case Caller(user_id=user_id):
            return f"user:{user_id}"
        case ServiceCaller(name=name):
            return f"svc:{name}"
        case None:
            return ANONYMOUS


def set_request_id(request_id: str) -> None:
    """Set the request id for the rest of this call."""
    _request_id.set(request_id)


def current_request_id() -> str:
    """The request id, empty outside a call."""
    return _request_id.get()
