"""Keeps what strangers wrote from saying more in a mail than it should.

Whoever registers somebody else's address chooses the name that this person is greeted by: it must
not turn into a link, hide what follows or reverse the line.
"""

import unicodedata

NAMELESS = "there"
"""Greeted so when nothing is left of a name."""
LONGEST_NAME = 60
_KEPT = frozenset(" '\u2019-")


def plain_name(name: str) -> str:
    """A name as a mail greets by it: letters, spaces, hyphens, apostrophes, final points."""
    kept = "".join(_plain(name, at) for at in range(len(name)))
    return " ".join(kept.split())[:LONGEST_NAME].strip() or NAMELESS


def visible(text: str) -> str:
    """The text without characters that steer how text is shown: controls, bidi, line ends."""
    return "".join(" " if _steers(character) else character for character in text)


def _plain(name: str, at: int) -> str:
    character, following = name[at], name[at + 1 : at + 2]
    if character in _KEPT or unicodedata.category(character)[0] in "LM":
        return character
    # "J. R." stays; "example.com" would be made a link by the reader's mail program.
    if character == "." and following in {"", " "}:
        return character
    return " "


def _steers(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}
