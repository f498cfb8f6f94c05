"""PostgreSQL: the pool, transactions, and what a constraint's name means."""

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, LiteralString
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy

from services.kernel import sql
from services.kernel.caller import actor_name, current_request_id
from services.kernel.config import Settings
from services.kernel.connections import Connections
from services.kernel.errors import DomainError

log = structlog.get_logger()
QUERIES = sql.beside(__file__)

Row = asyncpg.Record

# The server went away or became a read-only standby: every connection to it is worthless.
_DEAD = (
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a farewell from the server met our next query
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    ConnectionError,
)
UNAVAILABLE = (*_DEAD, asyncpg.TooManyConnectionsError)
"""Errors that mean: the database cannot be reached right now."""

IDLE_SECONDS = 60


class Transaction:
    """A running transaction: the queries, and what to do once it has committed."""

    def __init__(self, connection: PoolConnectionProxy) -> None:
        self._connection = connection
        self._after_commit: list[Callable[[], Awaitable[None]]] = []
        self.fetch = connection.fetch
        self.fetchrow = connection.fetchrow
        self.fetchval = connection.fetchval
        self.execute = connection.execute
        self.executemany = connection.executemany
        self.copy_records_to_table = connection.copy_records_to_table

    def after_commit(self, action: Callable[[], Awaitable[None]]) -> None:
        """Run `action` once the transaction has committed. A failing one is logged, not raised."""
        self._after_commit.append(action)

    async def committed(self) -> None:
        """Run what waits for the commit."""
        for action in self._after_commit:
            try:
                await action()
            except Exception as failed:  # noqa: BLE001 - the commit stands whatever a doorbell does
                log.warning("after_commit_failed", error=type(failed).__name__)


FirstStatement = Callable[[Transaction], Awaitable[None]]


class Database:
    """One service's pool, in its own role and schema."""

    def __init__(self, dsn: str, schema: str, settings: Settings) -> None:
        self._connections = Connections(
            dsn=dsn,
            max_size=settings.database.pool_max_size,
            max_inactive_connection_lifetime=IDLE_SECONDS,
            init=_register_codecs,
            server_settings={
                "search_path": f"{schema}, public",
                "application_name": f"inergize-{schema}",
                "statement_timeout": str(settings.database.statement_timeout_ms),
                "idle_in_transaction_session_timeout": "30000",
                # A statement whose client has gone ends, rather than run on for nobody.
                "client_connection_check_interval": "500",
                "timezone": "UTC",
            },
        )
        self.first_statement: FirstStatement | None = None
        """Runs first in every transaction; the idempotency interceptor enters its key there."""

    async def open(self) -> None:
        """Open the pool with one connection; more are opened as they are needed."""
        await self._connections.open()

    async def close(self) -> None:
        """Close the pool; connections still busy after five seconds are cut."""
        await self._connections.close()

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[PoolConnectionProxy]:
        """A connection without a transaction."""
        connection = await self._taken()
        try:
            yield connection
        except BaseException as error:
            await self._dropped(connection, error)
            raise
        await self._connections.give_back(connection)

    async def fetch(self, query: LiteralString, *args: object) -> list[asyncpg.Record]:
        """Run one read and return its rows."""
        async with self.connection() as connection:
            return await connection.fetch(query, *args)

    async def fetchrow(self, query: LiteralString, *args: object) -> asyncpg.Record | None:
        """Run one read and return its first row."""
        # The commonest read of all; a context manager would cost it a tenth more.
        connection = await self._taken()
        try:
            row = await connection.fetchrow(query, *args)
        except BaseException as error:
            await self._dropped(connection, error)
            raise
        await self._connections.give_back(connection)
        return row

    async def _dropped(self, connection: PoolConnectionProxy, error: BaseException) -> None:
        await self._connections.drop(connection, is_dead=isinstance(error, _DEAD))

    async def _taken(self) -> PoolConnectionProxy:
        try:
            return await self._connections.take()
        except _DEAD:
            await self._connections.expire()
            raise

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A transaction: commits at the end, rolls back on any exception.

        Audit triggers see who acts; the call's idempotency key, if any, commits with the effect.
        """
        async with self.connection() as connection:
            async with connection.transaction():
                tx = Transaction(connection)
                await tx.execute(QUERIES["set_actor"], actor_name(), current_request_id())
                if self.first_statement is not None:
                    await self.first_statement(tx)
                yield tx
            await tx.committed()


@contextlib.contextmanager
def constraint_errors(**errors: DomainError) -> Iterator[None]:
    """Turn the violation of a named constraint into the error given for it."""
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as violated:
        error = errors.get(violated.constraint_name or "")
        if error is None:
            raise
        raise error from violated


def service_dsn(settings: Settings, service: str) -> str:
    """The DSN of a service's own role at the host and database of DATABASE_URL.

    Raises ValueError when the URL or the service's password is not set.
    """
    if settings.database.url is None:
        raise ValueError("DATABASE_URL is not set")
    password = settings.database.passwords.get(service)
    if password is None:
        raise ValueError(f"DATABASE_PASSWORDS has no password for {service!r}")
    return with_role(
        settings.database.url.get_secret_value(), f"inergize_{service}", password.get_secret_value()
    )


def with_role(dsn: str, role: str, password: str) -> str:
    """The same DSN with another role."""
    url = urlsplit(dsn)
    host = url.netloc.rpartition("@")[2]
    netloc = f"{quote(role, safe='')}:{quote(password, safe='')}@{host}"
    return urlunsplit(url._replace(netloc=netloc))


async def _register_codecs(connection: "asyncpg.Connection[Any]") -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads
    )
