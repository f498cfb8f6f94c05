"""Which names are time zones: the same on every machine."""

from zoneinfo import ZoneInfo

import pytest

from services.auth.errors import TimeZoneUnknown
from services.auth.time_zones import _names, check_time_zone


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
