"""`inergize user`: accounts, by Auth's own rules and in its own database role."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

import click

from services.kernel.config import Settings
from stack.admin import auth_settings, check_database
from stack.data_dir import DataDir
from stack.errors import StackError

if TYPE_CHECKING:
    from services.auth.admin.domain import Administration
    from services.auth.admin.model import ManagedUser

T = TypeVar("T")
MOST = 200
NOBODY = UUID(int=0)
"""Who lists, where a page token would need an administrator."""


def show_all(data_dir: Path, begins: str, tiers: Sequence[str], *, only_suspended: bool) -> None:
    """Print the newest accounts that fit, one a line. Raises StackError."""
    from services.auth.admin.model import UserFilter

    wanted = UserFilter(begins, list(tiers), only_suspended)
    page, token = _run(data_dir, lambda accounts: accounts.page(NOBODY, wanted, MOST, ""))
    for managed in page:
        user = managed.user
        click.echo(f"{user.user_id}  {user.email}  {user.subscription_tier}{_state(managed)}")
    if token:
        click.echo(f"and more: these are the newest {MOST}")


def show(data_dir: Path, account: str) -> None:
    """Print one account. Raises StackError."""

    async def get(accounts: "Administration") -> "ManagedUser":
        return await accounts.get(await _named(accounts, account))

    _print(_run(data_dir, get))


def suspend(data_dir: Path, account: str, reason: str) -> None:
    """Switch an account off and print it. Raises StackError."""

    async def act(accounts: "Administration") -> "ManagedUser":
        _check_reason(reason)
        return await accounts.suspend(None, await _named(accounts, account), reason)

    _print(_run(data_dir, act))


def reinstate(data_dir: Path, account: str, reason: str) -> None:
    """Switch an account on and print it. Raises StackError."""

    async def act(accounts: "Administration") -> "ManagedUser":
        _check_reason(reason)
        return await accounts.reinstate(await _named(accounts, account), reason)

    _print(_run(data_dir, act))


def set_subscription(
    data_dir: Path, account: str, tier: str, status: str, ends_at: datetime | None
) -> None:
    """Set what an account has paid for and print it. Raises StackError."""
    from services.auth.subscriptions.model import Subscription

    async def act(accounts: "Administration") -> "ManagedUser":
        user_id = await _named(accounts, account)
        return await accounts.set_subscription(user_id, Subscription(tier, status, ends_at))

    _print(_run(data_dir, act))


def _check_reason(reason: str) -> None:
    """Hold it to the rules of the contract's `SuspendUser`. Raises InvalidRequest."""
    from inergize.auth.v1.auth_admin_service_pb2 import SuspendUserRequest

    from services.kernel.interceptors import validate

    validate.check(SuspendUserRequest(user_id=str(NOBODY), reason=reason))


async def _named(accounts: "Administration", account: str) -> UUID:
    try:
        return UUID(account)
    except ValueError:
        return await accounts.find(account)


def _print(managed: "ManagedUser") -> None:
    user = managed.user
    rows = {
        "id": user.user_id,
        "address": user.email,
        "role": user.role,
        "state": _state(managed).strip() or "active",
        "subscription": f"{user.subscription_tier} ({user.subscription_status})",
        "until": _time(user.subscription_expires_at),
        "made": _time(user.created_at),
        "last sign-in": _time(user.last_login_at),
        "locked until": _time(managed.locked_until),
        "erased from": _time(user.erasure_at),
    }
    for name, value in rows.items():
        if value:
            click.echo(f"{name:<14}{value}")


def _state(managed: "ManagedUser") -> str:
    if not managed.is_active:
        return "  suspended"
    return "" if managed.user.is_verified else "  not verified"


def _time(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _run(data_dir: Path, use: "Callable[[Administration], Awaitable[T]]") -> T:
    settings = auth_settings(data_dir)
    check_database(settings, DataDir(data_dir))

    async def run() -> T:
        async with _administration(settings) as accounts:
            return await use(accounts)

    from asyncpg import PostgresError

    from services.kernel.errors import DomainError

    try:
        return asyncio.run(run())
    except DomainError as error:
        raise StackError(error.message) from None
    except (PostgresError, OSError, ValueError) as error:
        raise StackError(f"the database cannot be reached: {error}") from error


@asynccontextmanager
async def _administration(settings: Settings) -> "AsyncIterator[Administration]":
    from services.auth.admin.domain import Administration
    from services.auth.cache import Cache
    from services.auth.throttling.throttle import Throttle
    from services.kernel.caller import ServiceCaller, set_caller
    from services.kernel.crypto import Keys
    from services.kernel.db import Database, service_dsn
    from services.kernel.paging import PageTokens
    from services.kernel.runtime import redis_client

    set_caller(ServiceCaller("stack"))  # what the audit log says of who acts here
    keys = Keys(settings.crypto)
    db = Database(service_dsn(settings, "auth"), "auth", settings)
    async with redis_client(settings) as client:
        cache = Cache(client)
        await db.open()
        try:
            yield Administration(
                db=db,
                cache=cache,
                throttle=Throttle(db, keys, settings.auth),
                tokens=PageTokens(keys, "users.list"),
                auth=settings.auth,
            )
        finally:
            await cache.close()
            await db.close()
