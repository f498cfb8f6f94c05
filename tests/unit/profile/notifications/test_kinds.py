"""Who tells of which kind."""

from pathlib import Path

import pytest

from services.profile.notifications.kinds import WITHOUT_SOURCE, Kind

SERVICES = Path(__file__).parents[4] / "services"
SOURCES = [
    path.read_text()
    for path in SERVICES.rglob("*.py")
    if not path.is_relative_to(SERVICES / "profile" / "notifications")
]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_told_by_somebody_or_said_to_wait(kind: Kind) -> None:
    names = (f'"{kind.value}"', f"Kind.{kind.name}")
    is_told = any(name in source for source in SOURCES for name in names)

    assert is_told == (kind not in WITHOUT_SOURCE)
