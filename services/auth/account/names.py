"""Which names a person may have: any, as long as they cannot rewrite what stands around them.

A name is put into mails and pages. A character that turns the direction of writing, or begins a
line, would make the rest say something else.
"""

import unicodedata

from services.kernel.errors import InvalidRequest

_REFUSED_CATEGORIES = frozenset({"Cc", "Zl", "Zp", "Cs"})
_REFUSED = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks, embeddings, overrides and isolates of the bidirectional algorithm (UAX 9)."""


def check_name(field: str, name: str) -> None:
    """Raises InvalidRequest naming `field` for a name that is blank or cannot be shown safely."""
    if not name.strip():
        raise InvalidRequest({field: "must not be blank"})
    if any(_is_refused(character) for character in name):
        raise InvalidRequest({field: "must not hold control or text-direction characters"})


def _is_refused(character: str) -> bool:
    return character in _REFUSED or unicodedata.category(character) in _REFUSED_CATEGORIES
