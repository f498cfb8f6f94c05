"""The daily look at the version that we ask LinkedIn for warns before its end, and at it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from services.profile.linkedin.versions import VersionState, version_state
from services.profile.usage.version_watch import look, version_watch
from stack.sandbox.linkedin.refusals import Refusal
from stack.sandbox.linkedin.versions import check_version

END = datetime(2027, 4, 15, tzinfo=UTC)
"""Of 202604, as announced."""


def days_left() -> float | None:
    return REGISTRY.get_sample_value("inergize_linkedin_version_days_left")


@pytest.mark.parametrize(
    ("days_before", "said"),
    [
        (61, None),
        (60, ("warning", "near_its_end")),
        (1, ("warning", "near_its_end")),
        (0, ("error", "ended")),
        (-20, ("error", "ended")),
        (400, ("warning", "not_out")),
    ],
)
def test_a_version_near_its_end_is_warned_of(
    days_before: int, said: tuple[str, str] | None
) -> None:
    with capture_logs() as logs:
        look("202604", END - timedelta(days=days_before))

    assert [(line["log_level"], line["state"]) for line in logs] == ([said] if said else [])
    assert [(line["version"], line["days_left"]) for line in logs] == (
        [("202604", days_before)] if said else []
    )
    assert days_left() == days_before


async def test_the_look_is_taken_at_the_start_and_every_day() -> None:
    today = END - timedelta(days=61)
    watch = version_watch("202604", lambda: today)
    assert (days_left(), watch.every) == (61, timedelta(days=1))

    today += timedelta(days=1)
    with capture_logs() as logs:
        await watch.run(None)

    assert [line["days_left"] for line in logs] == [60]


@given(
    st.builds("{:04}{:02}".format, st.integers(2024, 2039), st.integers(1, 12)),
    st.datetimes(datetime(2024, 1, 1), datetime(2040, 12, 31)),  # noqa: DTZ001 - made aware below
)
def test_the_sandbox_refuses_a_version_on_the_very_days_that_we_expect(
    version: str, day: datetime
) -> None:
    now = day.replace(tzinfo=UTC)
    now_ms = round(now.timestamp() * 1000)
    if version_state(version, now.date()) in (VersionState.ACTIVE, VersionState.NEAR_ITS_END):
        assert check_version(version, now_ms) == f"{version}01"
        return
    with pytest.raises(Refusal) as refused:
        check_version(version, now_ms)
    assert refused.value.status == 426
