"""Brings a database's schema up to date from the plain SQL files in `migrations/`."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise, takewhile
from pathlib import Path

import asyncpg

from services.kernel.sql import Queries

_SQL = Queries(Path(__file__).with_suffix(".sql"))
_FILE_NAME = re.compile(r"(?P<version>\d{4})_(?P<owner>[a-z]+)_[a-z0-9_]+\.sql")
_HEADER = re.compile(r"-- (transaction|database): (\w+)")
_TOKEN = re.compile(
    r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"[^\"]*\"|(?P<quote>\$\w*\$).*?(?P=quote)|.", re.DOTALL
)
_CONCURRENT_INDEX = re.compile(r"INDEX CONCURRENTLY (?:IF NOT EXISTS )?(\w+)", re.IGNORECASE)
_LOCK_WAIT_SECONDS = 300
_TRIES = 5  # a busy table is tried again, so that lock_timeout can stay short
_PAUSE_SECONDS = 1
_BUSY = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


class MigrationError(Exception):
    """A migration cannot be applied; the message names the file and the reason."""


class InvalidMigrationError(MigrationError):
    """A file's name or header is not understood, or two files share a version."""


class MigrationChangedError(MigrationError):
    """A file that was applied earlier has other contents now."""


class DatabaseIsNewerError(MigrationError):
    """The database has a migration that this release does not contain."""


class MigrationsBusyError(MigrationError):
    """Another process has been migrating the same database for too long."""


class DatabaseUnreachableError(MigrationError):
    """No connection to the database can be made."""


class MigrationFailedError(MigrationError):
    """The server refused a statement."""


@dataclass(frozen=True)
class Migration:
    """One file: what it is called, where it runs and how."""

    file: str
    version: int
    owner: str
    sql: str
    checksum: str
    is_transactional: bool
    is_timeseries: bool


@dataclass(frozen=True)
class Applied:
    """One file that has just been applied."""

    file: str
    duration_ms: int


async def migrate(
    database_url: str,
    timeseries_url: str | None = None,
    *,
    directory: Path,
    on_progress: Callable[[Applied], None] | None = None,
) -> list[Applied]:
    """Apply every pending file in version order; return those applied, none when up to date.

    Both URLs log in as the owner; without `timeseries_url` all files run in one database.
    A second runner waits for the first. Raises MigrationError.
    """
    migrations = load(directory)
    done: list[Applied] = []
    async with _databases(database_url, timeseries_url) as (main, timeseries):
        for database in dict.fromkeys((main, timeseries)):
            await _lock(database)
            await database.execute(_SQL["create_ledger"])
        for migration, database in await _pending(migrations, main, timeseries):
            done.append(await _apply(database, migration))
            if on_progress is not None:
                on_progress(done[-1])
    return done


async def pending(
    database_url: str, timeseries_url: str | None = None, *, directory: Path
) -> list[Migration]:
    """List the files that `migrate` would apply, changing nothing. Raises MigrationError."""
    async with _databases(database_url, timeseries_url) as (main, timeseries):
        return [m for m, _ in await _pending(load(directory), main, timeseries)]


def load(directory: Path) -> list[Migration]:
    """Read every `NNNN_<owner>_<what>.sql` of a folder, in order. Raises InvalidMigrationError."""
    migrations = [_parse(path) for path in sorted(directory.glob("*.sql"))]
    for earlier, later in pairwise(migrations):
        if earlier.version == later.version:
            raise InvalidMigrationError(f"{earlier.file} and {later.file} have the same number")
    return migrations


def _parse(path: Path) -> Migration:
    name = _FILE_NAME.fullmatch(path.name)
    if name is None:
        raise InvalidMigrationError(f"{path.name} is not named NNNN_<owner>_<what>.sql")
    content = path.read_bytes()
    sql = content.decode()
    opening = takewhile(lambda line: line.startswith("--"), sql.splitlines())
    headers = {h[1]: h[2] for line in opening if (h := _HEADER.fullmatch(line))}
    return Migration(
        file=path.name,
        version=int(name["version"]),
        owner=name["owner"],
        sql=sql,
        checksum=sha256(content).hexdigest(),
        is_transactional=_header(path, headers, "transaction", "none") is None,
        is_timeseries=_header(path, headers, "database", "timeseries") is not None,
    )


def _header(path: Path, headers: dict[str, str], key: str, known: str) -> str | None:
    value = headers.get(key)
    if value not in {None, known}:
        raise InvalidMigrationError(f"{path.name}: the header '{key}: {value}' is not known")
    return value


@asynccontextmanager
async def _databases(
    database_url: str, timeseries_url: str | None
) -> AsyncIterator[tuple[asyncpg.Connection, asyncpg.Connection]]:
    async with AsyncExitStack() as stack:
        main = timeseries = await _connect(database_url)
        stack.push_async_callback(main.close)
        if timeseries_url is not None:
            other = await _connect(timeseries_url)
            stack.push_async_callback(other.close)
            # Two spellings may mean one database, which must have one ledger and one lock.
            if await main.fetchval(_SQL["identity"]) != await other.fetchval(_SQL["identity"]):
                timeseries = other
        yield main, timeseries


async def _connect(url: str) -> asyncpg.Connection:
    settings = {
        "application_name": "inergize migrate",
        "client_min_messages": "warning",
        "search_path": "public",
        "timezone": "UTC",
    }
    try:
        return await asyncpg.connect(url, timeout=10, server_settings=settings)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseUnreachableError(
            f"cannot connect to the database: {error or type(error).__name__}"
        ) from error


async def _lock(database: asyncpg.Connection) -> None:
    # Polled, because a session that waits inside a statement holds a snapshot, and the runner
    # it waits for could never finish a CREATE INDEX CONCURRENTLY.
    deadline = time.monotonic() + _LOCK_WAIT_SECONDS
    while not await database.fetchval(_SQL["try_lock"]):
        if time.monotonic() > deadline:
            raise MigrationsBusyError(
                f"another process has been migrating for over {_LOCK_WAIT_SECONDS} seconds"
            )
        await asyncio.sleep(0.2)


async def _pending(
    migrations: list[Migration], main: asyncpg.Connection, timeseries: asyncpg.Connection
) -> list[tuple[Migration, asyncpg.Connection]]:
    applied = {database: await _applied(database) for database in {main, timeseries}}
    for checksums in applied.values():
        _check(migrations, checksums)
    placed = [(m, timeseries if m.is_timeseries else main) for m in migrations]
    return [(m, database) for m, database in placed if m.version not in applied[database]]


async def _applied(database: asyncpg.Connection) -> dict[int, str]:
    if not await database.fetchval(_SQL["ledger_exists"]):
        return {}
    return {row["version"]: row["checksum"] for row in await database.fetch(_SQL["applied"])}


def _check(migrations: list[Migration], checksums: dict[int, str]) -> None:
    known = {m.version: m for m in migrations}
    for version, checksum in checksums.items():
        if version not in known:
            raise DatabaseIsNewerError(
                f"the database has migration {version:04d}, which this release does not know"
            )
        if known[version].checksum != checksum:
            raise MigrationChangedError(
                f"{known[version].file} was changed after it had been applied"
            )


async def _apply(database: asyncpg.Connection, migration: Migration) -> Applied:
    for tries_left in reversed(range(_TRIES)):
        started = time.monotonic()
        try:
            await _run(database, migration, started)
            break
        except _BUSY as error:
            if not tries_left:
                raise _failed(migration, error) from error
            await asyncio.sleep(_PAUSE_SECONDS)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise _failed(migration, error) from error
    return Applied(migration.file, _since_ms(started))


async def _run(database: asyncpg.Connection, migration: Migration, started: float) -> None:
    await database.execute(_SQL["set_timeouts"])
    if not migration.is_transactional:
        await _drop_invalid_indexes(database, migration)
        for statement in _statements(migration.sql):
            await database.execute(statement)
        await _record(database, migration, started)
        return
    async with database.transaction():
        await database.execute(migration.sql)
        await _record(database, migration, started)


async def _record(database: asyncpg.Connection, migration: Migration, started: float) -> None:
    row = (migration.version, migration.owner, migration.checksum, _since_ms(started))
    await database.execute(_SQL["record"], *row)


async def _drop_invalid_indexes(database: asyncpg.Connection, migration: Migration) -> None:
    names = _CONCURRENT_INDEX.findall(migration.sql)
    for row in await database.fetch(_SQL["invalid_indexes"], names):
        await database.execute(f"DROP INDEX CONCURRENTLY {row['name']}")


def _statements(sql: str) -> Iterator[str]:
    """Split at semicolons outside quotes and comments.

    Each statement keeps its line number in the file: it is led by as many newlines.
    """
    text, line = "", 0
    for token in _TOKEN.finditer(sql):
        text += token[0]
        if token[0] == ";":
            yield "\n" * line + text
            line, text = line + text.count("\n"), ""
    if _COMMENT.sub("", text).strip():
        yield "\n" * line + text


def _failed(migration: Migration, error: Exception) -> MigrationFailedError:
    where = migration.file
    position = getattr(error, "position", None)
    query = getattr(error, "query", None)
    if position and query:
        where += f" line {query.count(chr(10), 0, int(position) - 1) + 1}"
    details = [str(error) or type(error).__name__, getattr(error, "detail", None)]
    return MigrationFailedError(f"{where}: " + "; ".join(d for d in details if d))


def _since_ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
