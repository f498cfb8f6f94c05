"""How LinkedIn reads little text, its silent cut included.

Written from the published grammar alone, so that it can contradict whoever writes little text.
Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format
"""

import re
from dataclasses import dataclass

_RESERVED = r"\\|{}@\[\]()<>#*_~"
_LITERAL = re.compile(rf"[^{_RESERVED}]+")
_ESCAPED = re.compile(rf"\\([{_RESERVED}])")
_SPAN = rf"(?:\\[{_RESERVED}]|[^{_RESERVED}])+"
_MENTION = re.compile(rf"@\[({_SPAN})\]\((urn:li:(?:person|organization):[A-Za-z0-9_-]+)\)")
_HASHTAG = re.compile(r"(#[^\W_]+)")
_HASHTAG_TEMPLATE = re.compile(rf"\{{hashtag\|\\?[#＃]\|({_SPAN})\}}")  # noqa: RUF001  documented


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of a commentary: the text shown, and whether the rest was cut off."""

    rendered: str
    is_cut: bool


def read(commentary: str) -> Reading:
    """Render a commentary. At the first reserved character that begins no element it ends."""
    shown: list[str] = []
    at = 0
    while at < len(commentary):
        piece = _element(commentary, at)
        if piece is None:
            return Reading("".join(shown), is_cut=True)
        text, at = piece
        shown.append(text)
    return Reading("".join(shown), is_cut=False)


def _element(commentary: str, at: int) -> tuple[str, int] | None:
    """The text shown for the element at `at` and where it ends; None when there is none."""
    if found := (_LITERAL.match(commentary, at) or _HASHTAG.match(commentary, at)):
        return found[0], found.end()
    if found := _ESCAPED.match(commentary, at) or _MENTION.match(commentary, at):
        return _unescape(found[1]), found.end()
    if found := _HASHTAG_TEMPLATE.match(commentary, at):
        return "#" + _unescape(found[1]), found.end()
    return None


def _unescape(span: str) -> str:
    # `_ESCAPED` alone yields one bare reserved character, which passes through unchanged.
    return _ESCAPED.sub(r"\1", span)
