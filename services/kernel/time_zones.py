"""Time zones: the names of the IANA database that we ship, the same on every machine."""

from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from services.kernel.errors import TimeZoneUnknown


def check_time_zone(name: str) -> None:
    """Raises TimeZoneUnknown for a name that is not in the IANA database."""
    if name not in _names():
        raise TimeZoneUnknown(time_zone=name)


def zone_named(name: str) -> ZoneInfo:
    """The zone of that name. Raises TimeZoneUnknown."""
    # The list leaves out names that load but are no zones, such as `right/UTC` with leap seconds.
    check_time_zone(name)
    return ZoneInfo(name)


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    listed = resources.files("tzdata").joinpath("zones").read_text("utf-8")
    return frozenset(listed.split()) - {"Factory"}
