"""A version of LinkedIn's API lives for a year and two weeks, and says so in time."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.linkedin.versions import (
    WARNING_DAYS,
    VersionState,
    version_ends_on,
    version_state,
)

days = st.dates(date(2024, 1, 1), date(2040, 12, 31))
months = st.builds("{:04}{:02}".format, st.integers(2024, 2039), st.integers(1, 12))


def test_the_version_whose_end_was_announced() -> None:
    assert version_ends_on("202604") == date(2027, 4, 15)


@given(months, days)
def test_states_follow_one_another(version: str, today: date) -> None:
    order = [
        VersionState.NOT_OUT,
        VersionState.ACTIVE,
        VersionState.NEAR_ITS_END,
        VersionState.ENDED,
    ]
    tomorrow = version_state(version, today + timedelta(days=1))

    assert order.index(tomorrow) - order.index(version_state(version, today)) in (0, 1)


@given(months)
def test_an_end_is_warned_of_two_months_ahead(version: str) -> None:
    last = version_ends_on(version) - timedelta(days=1)

    assert version_state(version, last) is VersionState.NEAR_ITS_END
    first_warning = version_ends_on(version) - timedelta(days=WARNING_DAYS)
    assert version_state(version, first_warning) is VersionState.NEAR_ITS_END
    assert version_state(version, first_warning - timedelta(days=1)) is VersionState.ACTIVE


def test_no_month_is_no_version() -> None:
    with pytest.raises(ValueError, match="month"):
        version_ends_on("202613")
