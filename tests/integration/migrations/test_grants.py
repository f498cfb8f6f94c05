"""Each service reaches its own room and no other; the audit log only grows."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
import pytest_asyncio

from services.kernel.bootstrap import LOGIN_ROLES
from tests.integration.migrations.server import Server

SERVICES = [role for role in LOGIN_ROLES if role != "migrator"]
ROOMS = [*SERVICES, "migrations"]
RIGHTS = ["SELECT", "INSERT", "UPDATE", "DELETE"]
# What a service may do on its own tables, where that is less than everything.
NARROWED = {
    "auth.audit_log": {"SELECT"},
    "auth.audit_log_default": {"SELECT"},
    "auth.audit_seals": {"SELECT", "INSERT"},
    "auth.audit_subjects": {"SELECT"},
    "auth.users_secure": set[str](),
    "automation.automation_log_events": {"SELECT", "INSERT"},
}
RELATIONS = """
    SELECT n.nspname AS room, n.nspname || '.' || c.relname AS name, c.relispartition,
           c.relname LIKE '%_default' AS is_default,
           (SELECT quote_ident(attname) FROM pg_attribute
             WHERE attrelid = c.oid AND attnum > 0 AND attgenerated = '' AND attidentity = ''
             ORDER BY attnum LIMIT 1) AS column
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'v')
     ORDER BY 2
"""


async def relations(catalogue: asyncpg.Connection) -> list[asyncpg.Record]:
    rows = await catalogue.fetch(RELATIONS, ROOMS)
    assert {row["room"] for row in rows} == set(ROOMS)
    return rows


@pytest_asyncio.fixture(params=LOGIN_ROLES)
async def login(
    request: pytest.FixtureRequest, server: Server, template: str
) -> AsyncIterator[tuple[str, asyncpg.Connection]]:
    """Each login role's name and its connection to the template."""
    connection = await asyncpg.connect(server.dsn(template, f"inergize_{request.param}"))
    yield request.param, connection
    await connection.close()


@pytest_asyncio.fixture(params=SERVICES)
async def service_login(
    request: pytest.FixtureRequest, server: Server, template: str
) -> AsyncIterator[tuple[str, asyncpg.Connection]]:
    """Each service's name and its connection to the template."""
    connection = await asyncpg.connect(server.dsn(template, f"inergize_{request.param}"))
    yield request.param, connection
    await connection.close()


def attempts(relation: asyncpg.Record) -> Iterator[str]:
    """Statements that touch no row but need the right."""
    table, column = relation["name"], relation["column"]
    yield f"SELECT FROM {table} WHERE false"
    yield f"INSERT INTO {table} ({column}) SELECT NULL WHERE false"
    yield f"UPDATE {table} SET {column} = NULL WHERE false"
    yield f"DELETE FROM {table} WHERE false"


async def is_refused(connection: asyncpg.Connection, statement: str) -> bool:
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return True
    finally:
        await transaction.rollback()
    return False


async def test_no_service_reaches_a_foreign_table(
    catalogue: asyncpg.Connection, service_login: tuple[str, asyncpg.Connection]
) -> None:
    service, connection = service_login
    foreign = [row for row in await relations(catalogue) if row["room"] != service]
    assert len(foreign) > 30

    reached = [s for row in foreign for s in attempts(row) if not await is_refused(connection, s)]

    assert reached == []


async def test_no_right_on_a_foreign_table_waits_behind_the_schema(
    catalogue: asyncpg.Connection,
) -> None:
    granted = [
        (service, right, row["name"])
        for service in SERVICES
        for row in await relations(catalogue)
        for right in [*RIGHTS, "TRUNCATE", "REFERENCES", "TRIGGER"]
        if row["room"] != service
        and await catalogue.fetchval(
            "SELECT has_any_column_privilege($1, $2, $3)"
            if right in {"SELECT", "INSERT", "UPDATE", "REFERENCES"}
            else "SELECT has_table_privilege($1, $2, $3)",
            f"inergize_{service}",
            row["name"],
            right,
        )
    ]
    assert granted == []


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_has_its_own_tables_and_only_needed_rights(
    catalogue: asyncpg.Connection, service: str
) -> None:
    for row in await relations(catalogue):
        if row["room"] != service:
            continue
        is_month = row["relispartition"] and not row["is_default"]
        expected = NARROWED.get(row["name"], set() if is_month else set(RIGHTS))
        actual = {
            right
            for right in [*RIGHTS, "TRUNCATE", "REFERENCES", "TRIGGER"]
            if await catalogue.fetchval(
                "SELECT has_table_privilege($1, $2, $3)", f"inergize_{service}", row["name"], right
            )
        }
        assert actual == expected, row["name"]


async def test_nobody_rewrites_the_audit_log(
    catalogue: asyncpg.Connection, login: tuple[str, asyncpg.Connection]
) -> None:
    role, connection = login
    tables = [
        row["name"]
        for row in await relations(catalogue)
        if row["name"].startswith("auth.audit_log")
    ]
    assert len(tables) == 5  # the parent, DEFAULT, three months

    for table in tables:
        assert await is_refused(connection, f"UPDATE {table} SET table_name = ''")
        assert await is_refused(connection, f"TRUNCATE {table}")
        # Rows that strayed into DEFAULT are moved on by the owner's partition function.
        if (role, table) != ("migrator", "auth.audit_log_default"):
            assert await is_refused(connection, f"DELETE FROM {table}")


async def test_nobody_rewrites_the_seals(login: tuple[str, asyncpg.Connection]) -> None:
    _, connection = login

    assert await is_refused(connection, "UPDATE auth.audit_seals SET row_count = 0")
    assert await is_refused(connection, "DELETE FROM auth.audit_seals")
    assert await is_refused(connection, "TRUNCATE auth.audit_seals")


async def test_no_service_writes_the_audit_log_itself(
    service_login: tuple[str, asyncpg.Connection],
) -> None:
    _, connection = service_login

    assert await is_refused(
        connection, "INSERT INTO auth.audit_log (table_name) SELECT NULL WHERE false"
    )


async def test_no_service_can_create_anything(
    service_login: tuple[str, asyncpg.Connection],
) -> None:
    service, connection = service_login

    for schema in (*ROOMS, "public"):
        assert await is_refused(connection, f"CREATE TABLE {schema}.mine ()")
    assert await is_refused(connection, "CREATE SCHEMA mine")
    # Only the event pipeline needs a temporary table, to copy its batches into.
    temporary = "CREATE TEMPORARY TABLE mine ()"
    assert await is_refused(connection, temporary) == (service != "analytics")


async def test_the_public_has_no_rights(catalogue: asyncpg.Connection) -> None:
    open_schemas = await catalogue.fetch(
        """SELECT nspname FROM pg_namespace, aclexplode(nspacl) AS a
            WHERE a.grantee = 0 AND nspname NOT IN ('pg_catalog', 'information_schema')"""
    )
    open_database = await catalogue.fetch(
        """SELECT FROM pg_database, aclexplode(datacl) AS a
            WHERE a.grantee = 0 AND datname = current_database()"""
    )
    open_functions = await catalogue.fetch(
        """SELECT proname FROM pg_proc p,
                  aclexplode(coalesce(proacl, acldefault('f', proowner))) AS a
            WHERE a.grantee = 0 AND pronamespace::regnamespace::text = ANY ($1)
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')""",
        [*ROOMS, "public"],
    )

    assert (open_schemas, open_database, open_functions) == ([], [], [])


async def test_a_table_made_later_belongs_to_its_rooms_service(admin: asyncpg.Connection) -> None:
    transaction = admin.transaction()
    await transaction.start()
    await admin.execute("SET ROLE inergize_migrator; CREATE TABLE safety.later (id int)")

    readers = [
        service
        for service in SERVICES
        if await admin.fetchval(
            "SELECT has_table_privilege($1, 'safety.later', 'SELECT')", f"inergize_{service}"
        )
    ]
    await transaction.rollback()

    assert readers == ["safety"]


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_may_analyze_its_tables(
    catalogue: asyncpg.Connection, service: str
) -> None:
    assert await catalogue.fetchval(
        "SELECT has_table_privilege($1, $2, 'MAINTAIN')",
        f"inergize_{service}",
        f"{service}.outbox",
    )


async def test_definer_functions_fix_their_search_path(catalogue: asyncpg.Connection) -> None:
    rows = await catalogue.fetch(
        """SELECT pronamespace::regnamespace::text AS room, proname,
                  proowner::regrole::text AS owner, proconfig
             FROM pg_proc WHERE prosecdef"""
    )
    owners = {(row["room"], row["proname"]): row["owner"] for row in rows}

    assert owners == {
        ("auth", "audit_trigger_function"): "inergize_audit",
        ("auth", "audit_erase"): "inergize_audit",
        ("auth", "audit_note"): "inergize_audit",
        ("auth", "create_monthly_partition"): "inergize_migrator",
        ("analytics", "create_monthly_partition"): "inergize_migrator",
    }
    for row in rows:
        assert row["proconfig"] == [f"search_path={row['room']}, pg_temp"]


async def test_support_and_audit_do_not_log_in(server: Server, template: str) -> None:
    for role in ("inergize_support", "inergize_audit"):
        with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError, match="not permitted"):
            await asyncpg.connect(server.dsn(template, role))
