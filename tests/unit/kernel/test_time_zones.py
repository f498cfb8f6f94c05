"""Which names are time zones: the same on every machine."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.kernel.errors import TimeZoneUnknown
from services.kernel.time_zones import _names, check_time_zone, zone_named


def test_every_accepted_name_is_a_zone() -> None:
    assert len(_names()) > 400
    for name in _names():
        ZoneInfo(name)


@pytest.mark.parametrize("name", ["", "localtime", "Factory", "europe/vienna", "Europe", "/etc"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(TimeZoneUnknown):
        check_time_zone(name)


@pytest.mark.parametrize("name", ["UTC", "Europe/Vienna", "America/Argentina/Buenos_Aires"])
def test_known_names_are_accepted(name: str) -> None:
    check_time_zone(name)


@pytest.mark.parametrize("name", sorted(_names())[::25])
def test_zone_is_found_by_its_name(name: str) -> None:
    assert zone_named(name).key == name


@given(st.text(max_size=30))
def test_any_other_text_is_unknown(name: str) -> None:
    assume(name not in _names())
    with pytest.raises(TimeZoneUnknown):
        zone_named(name)
