from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.kernel.periodic import Cursor, PeriodicJob


async def _nothing(cursor: Cursor) -> Cursor:
    return None


moments = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
spans = st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=31))


@given(moments, spans, st.timedeltas(timedelta(0), timedelta(days=1)))
def test_last_due_time_is_the_nearest_that_is_not_ahead(
    now: datetime, every: timedelta, offset: timedelta
) -> None:
    job = PeriodicJob("job", every, _nothing, offset)
    due = job.last_due(now)
    assert now - every < due <= now
    assert job.last_due(due) == due
    assert job.last_due(due + every) == due + every


def test_daily_job_with_an_offset_is_due_at_that_hour_utc() -> None:
    job = PeriodicJob("cleanup", timedelta(days=1), _nothing, offset=timedelta(hours=2))
    now = datetime(2026, 11, 23, 1, 59, tzinfo=UTC)
    assert job.last_due(now) == datetime(2026, 11, 22, 2, tzinfo=UTC)
