"""The audit log's months are made before they begin, and rows that came too early are noticed."""

import pytest

from services.auth.__main__ import build
from services.auth.audit.partitions import STRAY_ROWS
from services.kernel.periodic import PeriodicJob
from tests.support.rooms import RunningRoom

LAST_MONTH = """
    SELECT max(inhrelid::regclass::text) FROM pg_inherits
     WHERE inhparent = 'auth.audit_log'::regclass
       AND inhrelid <> 'auth.audit_log_default'::regclass
"""


@pytest.fixture
def job(room: RunningRoom) -> PeriodicJob:
    (found,) = [
        one for one in build(room.given).periodic if one.name == "maintain_audit_partitions"
    ]
    return found


async def test_missing_month_of_the_audit_log_is_made(room: RunningRoom, job: PeriodicJob) -> None:
    last = await room.admin.fetchval(LAST_MONTH)
    await room.admin.execute(f"DROP TABLE {last}")

    assert await job.run(None) is None

    assert await room.admin.fetchval(LAST_MONTH) == last
    assert STRAY_ROWS._value.get() == 0


async def test_rows_without_a_month_are_shown(room: RunningRoom, job: PeriodicJob) -> None:
    await room.admin.execute(
        """INSERT INTO auth.audit_log (table_name, operation, subject, "timestamp")
           VALUES ('users', 'UPDATE', gen_random_uuid(), '2024-05-05')"""
    )

    await job.run(None)

    assert STRAY_ROWS._value.get() == 1
