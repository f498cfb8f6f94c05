"""The runner: what it applies, what it refuses, and what it leaves behind."""

import asyncio
import shutil
from pathlib import Path

import asyncpg
import pytest

from services.kernel.bootstrap import bootstrap
from services.kernel.migrate import (
    DatabaseIsNewerError,
    DatabaseUnreachableError,
    InvalidMigrationError,
    MigrationChangedError,
    MigrationFailedError,
    load,
    migrate,
    pending,
)
from tests.integration.migrations.conftest import MIGRATIONS
from tests.integration.migrations.server import Server

FILES = sorted(path.name for path in MIGRATIONS.glob("*.sql"))


@pytest.fixture
def url(server: Server, empty_database: str) -> str:
    return server.dsn(empty_database, "inergize_migrator")


def write(folder: Path, **files: str) -> Path:
    for name, sql in files.items():
        (folder / f"{name.removeprefix('m')}.sql").write_text(sql)
    return folder


async def ask(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def snapshot(url: str) -> list[tuple[str, ...]]:
    """Every object's identity and the ledger, to compare before and after."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            """SELECT 'class', oid::text, relname::text, relfilenode::text FROM pg_class
                UNION ALL SELECT 'function', oid::text, proname, xmin::text FROM pg_proc
                UNION ALL SELECT 'ledger', version::text, checksum, applied_at::text
                            FROM migrations.schema_migrations ORDER BY 1, 2"""
        )
    finally:
        await connection.close()
    return [tuple(row) for row in rows]


async def test_an_empty_database_gets_every_file_in_order(url: str) -> None:
    seen: list[str] = []

    applied = await migrate(url, directory=MIGRATIONS, on_progress=lambda a: seen.append(a.file))

    assert [a.file for a in applied] == seen == FILES
    assert await pending(url, directory=MIGRATIONS) == []


async def test_a_second_run_changes_nothing(url: str) -> None:
    await migrate(url, directory=MIGRATIONS)
    before = await snapshot(url)

    assert await migrate(url, directory=MIGRATIONS) == []

    assert await snapshot(url) == before


async def test_a_database_one_migration_behind_gets_that_one(url: str, tmp_path: Path) -> None:
    older = shutil.copytree(MIGRATIONS, tmp_path / "older")
    (older / FILES[-1]).unlink()
    await migrate(url, directory=older)
    assert [m.file for m in await pending(url, directory=MIGRATIONS)] == [FILES[-1]]

    applied = await migrate(url, directory=MIGRATIONS)

    assert [a.file for a in applied] == [FILES[-1]]


async def test_pending_writes_nothing(url: str) -> None:
    assert [m.file for m in await pending(url, directory=MIGRATIONS)] == FILES
    assert await ask(url, "SELECT to_regclass('migrations.schema_migrations')") is None


async def test_a_changed_file_is_refused_by_name(url: str, tmp_path: Path) -> None:
    folder = write(tmp_path, m0001_kernel_one="CREATE TABLE public.one (id int);")
    await migrate(url, directory=folder)
    write(folder, m0001_kernel_one="CREATE TABLE public.one (id bigint);", m0002_kernel_two="x")

    with pytest.raises(MigrationChangedError, match=r"0001_kernel_one\.sql was changed"):
        await migrate(url, directory=folder)


async def test_a_newer_database_is_refused(url: str, tmp_path: Path) -> None:
    folder = write(tmp_path, m0001_kernel_one="SELECT 1;", m0007_kernel_two="SELECT 1;")
    await migrate(url, directory=folder)
    (folder / "0007_kernel_two.sql").unlink()

    with pytest.raises(DatabaseIsNewerError, match="0007"):
        await migrate(url, directory=folder)


async def test_a_failing_file_is_named_with_line_and_leaves_nothing(
    url: str, tmp_path: Path
) -> None:
    folder = write(
        tmp_path,
        m0001_kernel_good="CREATE TABLE public.good (id int);",
        m0002_kernel_bad="CREATE TABLE public.half (id int);\n\nCREATE TABEL public.oops ();",
    )

    with pytest.raises(MigrationFailedError) as failed:
        await migrate(url, directory=folder)

    assert str(failed.value) == '0002_kernel_bad.sql line 3: syntax error at or near "TABEL"'
    assert await ask(url, "SELECT to_regclass('public.half')") is None
    assert await ask(url, "SELECT array_agg(version) FROM migrations.schema_migrations") == [1]


async def test_statements_outside_a_transaction_are_split_with_care(
    url: str, tmp_path: Path
) -> None:
    folder = write(
        tmp_path,
        m0001_kernel_table="CREATE TABLE public.t (word text);",
        m0002_kernel_fill="""-- transaction: none
-- A comment; with a semicolon, and 'an apostrophe.
INSERT INTO public.t VALUES ('a;b''c'); /* ; */
DO $body$ BEGIN INSERT INTO public.t VALUES ('in; $$other$$'); END $body$;
CREATE INDEX CONCURRENTLY IF NOT EXISTS t_word ON public.t (word);
-- the end;
""",
    )

    await migrate(url, directory=folder)

    assert await ask(url, "SELECT array_agg(word ORDER BY word) FROM public.t") == [
        "a;b'c",
        "in; $$other$$",
    ]
    assert await ask(url, "SELECT to_regclass('public.t_word') IS NOT NULL")


async def test_a_failure_outside_a_transaction_is_named_with_its_line(
    url: str, tmp_path: Path
) -> None:
    folder = write(tmp_path, m0001_kernel_bad="-- transaction: none\nSELECT 1;\n\nSELECT nix;")

    with pytest.raises(MigrationFailedError, match=r"0001_kernel_bad\.sql line 4: column .nix"):
        await migrate(url, directory=folder)


async def test_an_index_left_invalid_is_built_again(url: str, tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        m0001_kernel_table="""CREATE TABLE public.t (id int);
                              INSERT INTO public.t VALUES (1), (1);""",
        m0002_kernel_index="""-- transaction: none
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_id ON public.t (id);""",
    )
    with pytest.raises(MigrationFailedError, match=r"0002.*could not create unique index"):
        await migrate(url, directory=folder)
    valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'public.t_id'::regclass"
    assert await ask(url, valid) is False
    await ask(url, "DELETE FROM public.t")

    await migrate(url, directory=folder)

    assert await ask(url, valid) is True


async def test_two_runners_at_once_apply_each_file_once(url: str) -> None:
    first, second = await asyncio.gather(
        migrate(url, directory=MIGRATIONS), migrate(url, directory=MIGRATIONS)
    )

    assert sorted(a.file for a in first + second) == FILES


async def test_a_busy_table_is_waited_for(url: str, tmp_path: Path) -> None:
    write(tmp_path, m0001_kernel_table="CREATE TABLE public.t (id int);")
    await migrate(url, directory=tmp_path)
    write(tmp_path, m0002_kernel_column="ALTER TABLE public.t ADD COLUMN word text;")
    holder = await asyncpg.connect(url)
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("LOCK TABLE public.t IN ACCESS SHARE MODE")
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"

    running = asyncio.create_task(migrate(url, directory=tmp_path))
    async with asyncio.timeout(20):
        while await ask(url, waiting) == 0:
            assert not running.done()
        while await ask(url, waiting) == 1:  # until lock_timeout has cancelled the first try
            assert not running.done()
    await transaction.commit()
    await holder.close()

    assert [a.file for a in await running] == ["0002_kernel_column.sql"]


async def test_the_time_series_can_live_in_another_database(server: Server, url: str) -> None:
    await bootstrap(server.dsn("postgres"), passwords={}, database="series")
    series = server.dsn("series", "inergize_migrator")

    applied = await migrate(url, series, directory=MIGRATIONS)

    assert [a.file for a in applied] == FILES
    assert await ask(url, "SELECT to_regclass('analytics.analytics_events')") is None
    assert await ask(url, "SELECT to_regclass('analytics.export_jobs') IS NOT NULL")
    assert await ask(series, "SELECT to_regclass('analytics.analytics_events') IS NOT NULL")
    theirs = [
        int(file.partition("_")[0])
        for file in FILES
        if "-- database: timeseries\n" in (MIGRATIONS / file).read_text()
    ]
    found = "SELECT array_agg(version ORDER BY version) FROM migrations.schema_migrations"
    assert await ask(series, found) == theirs
    assert 11 in theirs
    assert await migrate(url, series, directory=MIGRATIONS) == []


async def test_two_spellings_of_one_database_are_one(server: Server, url: str) -> None:
    other_spelling = url + "&application_name=series"

    assert [a.file for a in await migrate(url, other_spelling, directory=MIGRATIONS)] == FILES
    assert await migrate(url, directory=MIGRATIONS) == []


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"1_kernel_x": ""}, "1_kernel_x.sql is not named"),
        ({"0001_kernel_x": "", "0001_auth_y": ""}, "have the same number"),
        ({"0001_kernel_x": "-- transaction: some\n"}, "header 'transaction: some' is not known"),
        ({"0001_kernel_x": "-- database: other\n"}, "header 'database: other' is not known"),
    ],
)
def test_a_file_that_is_not_understood_is_refused(
    tmp_path: Path, files: dict[str, str], complaint: str
) -> None:
    write(tmp_path, **files)

    with pytest.raises(InvalidMigrationError, match=complaint):
        load(tmp_path)


async def test_a_database_that_is_not_there_is_said_in_a_line(server: Server) -> None:
    with pytest.raises(DatabaseUnreachableError) as unreachable:
        await migrate(server.dsn("nowhere"), directory=MIGRATIONS)

    assert str(unreachable.value) == (
        'cannot connect to the database: database "nowhere" does not exist'
    )
