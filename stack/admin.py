"""`inergize admin`: the first administrator, and invitations; for whoever may read the secrets."""

import asyncio
import os
import secrets as random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

import click

from services.kernel.config import Settings
from stack.cli_shared import read_settings
from stack.data_dir import DataDir
from stack.environment import child_environment
from stack.errors import StackError
from stack.given import given_settings
from stack.lock import is_held
from stack.secrets import load
from stack.topology import Topology

if TYPE_CHECKING:
    from services.auth.domain import Administrators
    from services.auth.model import NewAccount

GENERATED_BYTES = 18
RESET_PAGE = "/v1/auth/password:reset"


def create(
    email: str,
    data_dir: Path,
    *,
    password: str | None = None,
    first_name: str = "Admin",
    last_name: str = "InErgize",
    promote: bool = False,
) -> None:
    """Make a verified administrator and say so; without a password, with a link to choose one.

    An address that has an account is refused unless `promote`, which keeps the account's password.
    Raises StackError with what to change.
    """
    # Nobody ever sees this one: what a machine has made up must not become somebody's password.
    chosen = password or random.token_urlsafe(GENERATED_BYTES)
    settings = auth_settings(data_dir)
    check_database(settings, DataDir(data_dir))
    user_id, is_new = asyncio.run(
        make_administrator(
            settings, email, chosen, first_name=first_name, last_name=last_name, promote=promote
        )
    )
    if not is_new:
        click.echo(f"{email} is an administrator now ({user_id}); the password stays as it was")
        return
    click.echo(f"{email} is an administrator ({user_id})")
    if password is None:
        click.echo(f"choose a password: {asyncio.run(password_link(settings, user_id, email))}")


def invite(email: str, data_dir: Path) -> str:
    """An invitation to register with this address, good for a week. Raises StackError."""
    from services.auth.model import NewAccount
    from services.auth.tokens import invitation
    from services.kernel.crypto import CryptoError, Keys

    # The password, which is of nobody, only makes the account a whole one.
    password = random.token_urlsafe(GENERATED_BYTES)
    check_account(NewAccount(email, password, "Ada", "Lovelace", "UTC", "en"))
    try:
        return invitation(Keys(auth_settings(data_dir).crypto), email)
    except CryptoError as error:
        raise StackError(str(error)) from error


async def make_administrator(
    settings: Settings,
    email: str,
    password: str,
    *,
    first_name: str,
    last_name: str,
    promote: bool,
) -> tuple[UUID, bool]:
    """Make an administrator through Auth's own rules, in Auth's own role.

    Returns the user's id and whether the account is new. Raises StackError.
    """
    from asyncpg import PostgresError

    from services.auth.errors import AccountUnverified, EmailTaken
    from services.auth.model import NewAccount
    from services.kernel.errors import DomainError

    account = NewAccount(email, password, first_name, last_name, "UTC", "en")
    check_account(account)
    try:
        async with _administrators(settings) as administrators:
            made = await administrators.create(account, may_promote=promote)
    except EmailTaken:
        raise StackError(f"{email} has an account; --promote makes it an administrator") from None
    except AccountUnverified:
        raise StackError(f"{email} has an account, but never proved the address") from None
    except DomainError as error:
        rule = error.metadata.get("rule", "")
        raise StackError(f"{error.message} {rule and f'(rule: {rule})'}") from None
    except (PostgresError, OSError, ValueError) as error:
        raise StackError(f"the database cannot be reached: {error}") from error
    return made.user_id, made.is_new


async def password_link(settings: Settings, user_id: UUID, email: str) -> str:
    """Where the account's password is chosen, once, for as long as a mailed link is good."""
    life = timedelta(seconds=settings.auth.password_reset_seconds)
    async with _administrators(settings) as administrators:
        token = await administrators.password_token(user_id, email, life)
    return f"{settings.edge.public_url.rstrip('/')}{RESET_PAGE}?{urlencode({'token': token})}"


def check_account(account: "NewAccount") -> None:
    """Hold the account to the rules of the contract's `Register`. Raises StackError."""
    from inergize.auth.v1.auth_service_pb2 import RegisterRequest

    from services.kernel.errors import InvalidRequest
    from services.kernel.interceptors import validate

    request = RegisterRequest(
        email=account.email,
        password=account.password,
        first_name=account.first_name,
        last_name=account.last_name,
    )
    try:
        validate.check(request)
    except InvalidRequest as error:
        raise StackError(error.message) from None


def check_database(settings: Settings, place: DataDir) -> None:
    """Refuse what could only fail: a stack that is not running, or none and no other database."""
    if not place.topology.exists():
        if settings.database.url is None:
            raise StackError(f"nothing was ever started in {place.root}; run `inergize up` first")
        return
    if Topology.load(place.root).is_embedded("DATABASE_URL") and not is_held(place):
        raise StackError(f"no stack is running on {place.root}; start it with `inergize up`")


def auth_settings(data_dir: Path) -> Settings:
    """Auth's settings: of the stack in `data_dir` if there is one, else those of this process."""
    return service_settings(data_dir, "auth")[0]


def service_settings(data_dir: Path, *services: str) -> list[Settings]:
    """The settings of some services; where nothing was started, this process's own for each."""
    own, place = read_settings(), DataDir(data_dir)
    if not place.topology.exists():
        return [own] * len(services)
    topology, secrets, given = Topology.load(place.root), load(place), given_settings(own)
    found = []
    for service in services:
        # From here on this process is that service, as the supervisor would have started it.
        os.environ.update(child_environment(service, topology, secrets, given=given))
        found.append(read_settings())
    return found


@asynccontextmanager
async def _administrators(settings: Settings) -> AsyncIterator["Administrators"]:
    from services.auth.cache import Cache
    from services.auth.domain import Administrators
    from services.auth.passwords import Passwords
    from services.kernel.crypto import Keys
    from services.kernel.db import Database, service_dsn
    from services.kernel.doorbell import Doorbell
    from services.kernel.outbox import Outbox
    from services.kernel.runtime import redis_client

    db = Database(service_dsn(settings, "auth"), "auth", settings)
    passwords = Passwords(settings.auth)
    async with redis_client(settings) as client:
        await db.open()
        try:
            keys = Keys(settings.crypto)
            outbox = Outbox(db, keys, Doorbell(client, "auth"))
            yield Administrators(db, keys, outbox, passwords, Cache(client))
        finally:
            await passwords.close()
            await db.close()
