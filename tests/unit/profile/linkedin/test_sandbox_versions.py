"""Which versions the sandbox takes for alive, by date."""

from datetime import UTC, datetime

import pytest

from stack.sandbox.linkedin.refusals import Refusal
from stack.sandbox.linkedin.versions import check_version


def at(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("header", "now_ms", "version"),
    [
        ("202604", at(2027, 4, 14), "20260401"),
        ("202609", at(2026, 9, 1), "20260901"),
        ("202609.02", at(2026, 11, 23), "20260902"),
    ],
)
def test_a_living_version_is_taken(header: str, now_ms: int, version: str) -> None:
    assert check_version(header, now_ms) == version


@pytest.mark.parametrize(
    ("header", "now_ms", "echo"),
    [
        ("202604", at(2027, 4, 15), "20260401"),
        ("202504", at(2026, 11, 23), "20250401"),
        ("202612", at(2026, 11, 30), "20261201"),
        ("202613", at(2026, 11, 30), "202613"),
        ("latest", at(2026, 11, 30), "latest"),
    ],
)
def test_another_version_is_426_and_echoed(header: str, now_ms: int, echo: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_version(header, now_ms)
    assert refused.value.body == {
        "status": 426,
        "code": "NONEXISTENT_VERSION",
        "message": f"Requested version {echo} is not active",
    }
