"""No column of LinkedIn's data is without a retention class."""

import asyncpg

from services.profile.retention.holdings import HOLDINGS, OURS, classified

_COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns
     WHERE table_schema = 'profile' AND table_name LIKE 'linkedin\\_%'
"""


async def test_every_column_of_linkedins_tables_has_a_class(admin: asyncpg.Connection) -> None:
    columns = [tuple(row) for row in await admin.fetch(_COLUMNS)]
    unclassified = [
        f"{table}.{column}"
        for table, column in columns
        if not isinstance(OURS.get(table), str) and column not in classified(table)
    ]

    assert columns
    assert unclassified == [], "give them a class in services/profile/retention/holdings.py"


async def test_nothing_is_classified_that_is_not_there(admin: asyncpg.Connection) -> None:
    columns = {tuple(row) for row in await admin.fetch(_COLUMNS)}
    named = {(one.table, column) for one in HOLDINGS for column in one.columns}

    assert named <= columns
