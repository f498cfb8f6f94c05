"""`docs/security.md` says what the code and the default settings say."""

import ast
import re
from datetime import timedelta
from functools import reduce
from importlib import import_module
from typing import Any

import pytest
from inergize.common.v1 import access_pb2
from pydantic import BaseModel

from services.kernel.config import Settings
from tests.support.code import FILES, ROOT, calls, named, tree
from tests.support.contracts import public_methods, short

PAGE = (ROOT / "docs" / "security.md").read_text()
FIGURE = re.compile(
    r"^\| (?P<what>[^|]+) \| (?P<value>[\d.]+)( (?P<unit>\w+))? \| `(?P<name>[\w.]+)` \|$"
)
UNITS = {
    None: 1.0, "s": 1.0, "min": 60.0, "h": 3600.0, "days": 86_400.0, "KiB": 1024.0,
    "MiB": 1024.0**2,
}  # fmt: skip
SUFFIXES = {"_ms": 0.001, "_kib": 1024.0}
"""What a name's end says of its value; seconds, bytes and counts are themselves."""
FIGURES = [found.groupdict() for line in PAGE.splitlines() if (found := FIGURE.match(line))]


def section(number: int) -> str:
    """The text of one section."""
    return PAGE.partition(f"\n## {number} ")[2].partition("\n## ")[0]


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure["name"])
def test_every_figure_is_the_one_in_force(figure: dict[str, Any]) -> None:
    said = float(figure["value"]) * UNITS[figure["unit"]]
    assert said == pytest.approx(_in_force(figure["name"])), figure["what"]


def test_every_table_of_figures_is_read() -> None:
    tables = re.findall(r"^\| \w+ \| value \| set by \|\n.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert len(FIGURES) == sum(table.count("\n") for table in tables) > 30


def _in_force(name: str) -> float:
    value = _setting(name) if name.isupper() else _constant(name)
    if isinstance(value, timedelta):
        return value.total_seconds()
    return float(value) * SUFFIXES.get(name.lower()[name.rfind("_") :], 1.0)


def _setting(name: str) -> Any:
    group, _, field = name.lower().partition("_")
    return getattr(getattr(Settings(), group), field)


def _constant(name: str) -> Any:
    """What a dotted name stands for: a module, then attributes or keys."""
    parts = name.split(".")
    end = next(i for i in range(len(parts), 0, -1) if _is_module(parts[:i]))
    return reduce(_inner, parts[end:], import_module(".".join(parts[:end])))


def _is_module(parts: list[str]) -> bool:
    path = ROOT.joinpath(*parts)
    return path.with_suffix(".py").is_file() or path.is_dir()


def _inner(holder: Any, name: str) -> Any:
    return getattr(holder, name) if hasattr(holder, name) else holder[name]


def _listed(start: str) -> set[str]:
    """The methods that a paragraph lists."""
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"**{start}")]
    return set(re.findall(r"\w+Service/\w+", line))


def test_public_methods_are_all_named() -> None:
    public = [found for found in public_methods() if found.access == access_pb2.ACCESS_PUBLIC]
    assert _listed("Public:") == {short(found) for found in public}


def test_methods_that_need_a_fresh_proof_are_all_named() -> None:
    proved = [found for found in public_methods() if found.needs_recent_authentication]
    assert _listed("Only with a proof") == {short(found) for found in proved}


def _secret_settings() -> set[str]:
    return {
        f"{group}_{name}".upper()
        for group, field in Settings.model_fields.items()
        if isinstance(field.default, BaseModel)
        for name, inner in type(field.default).model_fields.items()
        if "SecretStr" in str(inner.annotation) or "Key" in str(inner.annotation)
    }


def test_every_secret_setting_is_in_the_inventory() -> None:
    assert len(_secret_settings()) > 10
    assert _secret_settings() - set(re.findall(r"`([A-Z0-9_]+)`", section(5))) == set()


OPENERS = re.compile(
    r"(asyncpg\.(connect|create_pool)|(Redis|redis)\.from_url|(Redis|Rung)Broker|(in)?secure_channel"
    r"|httpx\.(Async)?Client|aioboto3\.Session|aiosmtplib\.(send|SMTP)|open_connection)$"
)


def test_everything_that_opens_a_connection_is_named() -> None:
    served = [path for path in FILES if path.parts[0] != "stack"]
    opening = {
        str(path)
        for path in served
        if any(OPENERS.search(named(call.func)) for call in calls(path))
    }
    named_here = set(re.findall(r"`((?:services|workers)/[\w/]+\.py)`", section(7)))
    assert len(opening) > 5
    assert opening == named_here


def test_every_stored_secret_is_of_the_class() -> None:
    """Columns of bytes are hashes or sealed, and are named by the ends that the page lists."""
    (row,) = [line for line in PAGE.splitlines() if line.startswith("| secret |")]
    ends = tuple(re.findall(r"`(\w+)`", row))
    columns = {
        found
        for path in (ROOT / "migrations").glob("*.sql")
        for found in re.findall(r"^ +(\w+) bytea\b", path.read_text(), re.MULTILINE)
    }
    assert {name for name in columns if not name.endswith(ends)} == NOT_SECRET
    assert len(columns) > 15


NOT_SECRET = {"data_salt", "response", "sha256", "signature"}
"""A salt beside its hash, a stored reply (never one with a secret), a checksum, a signature."""


def test_the_words_of_the_context_are_listed() -> None:
    own_names = _constant("services.auth.passwords.OWN_NAMES")
    (line,) = [line for line in PAGE.splitlines() if line.startswith("**Passwords.**")]
    assert set(re.findall(r"`(\w+)`", line)) == own_names


def test_repair_times_grow_as_danger_shrinks() -> None:
    days = [int(found) for found in re.findall(r"\| (\d+) days \|$", section(10), re.MULTILINE)]
    assert len(days) == 4
    assert days == sorted(days)
    assert days[-1] <= 90


def _noted() -> set[str]:
    """Every security event that the code enters into the audit log."""
    return {
        argument.value
        for path in FILES
        for call in calls(path)
        if named(call.func).rpartition(".")[2] in {"note", "_note"}
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


NAMED_ELSEWHERE = {
    *("password_changed", "password_reset"),  # by whoever sets a password
    *("mfa_enabled", "mfa_disabled", "backup_codes_regenerated"),  # by what was done to a factor
}


def test_every_security_event_is_in_the_inventory() -> None:
    (line,) = [line for line in PAGE.splitlines() if line.startswith("**Security events:**")]
    listed = set(re.findall(r"`(\w+)`", line))
    assert _noted() - listed == set()
    assert listed - _noted() == NAMED_ELSEWHERE


def test_events_that_the_page_names_are_logged() -> None:
    logged = {
        node.value
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    named_events = set(re.findall(r"`([a-z]+_[a-z_]+)` ", section(11)))
    assert {"call_refused", "call_failed"} <= named_events <= logged
