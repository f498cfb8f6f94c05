"""One thing that was looked at: which setting, how it is, and what to do about it."""

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How bad it is; the value is the mark in front of the line."""

    GOOD = "ok"
    NOTE = "note"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is so, and what to do; nothing to do when it is good."""

    level: Level
    setting: str
    """Environment name of the setting, or the part that was looked at."""
    what: str
    remedy: str = ""


def good(setting: str, what: str) -> Finding:
    """Nothing to do."""
    return Finding(Level.GOOD, setting, what)


def remark(setting: str, what: str, remedy: str = "") -> Finding:
    """Not wrong, and worth knowing."""
    return Finding(Level.NOTE, setting, what, remedy)


def warning(setting: str, what: str, remedy: str) -> Finding:
    """Works today and will not, or not for everybody."""
    return Finding(Level.WARNING, setting, what, remedy)


def wrong(setting: str, what: str, remedy: str) -> Finding:
    """Connecting or posting fails until it is changed."""
    return Finding(Level.WRONG, setting, what, remedy)
