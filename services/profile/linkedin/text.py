"""Little text: the mark-up in which LinkedIn expects a post's words.

LinkedIn publishes a post that holds an unescaped reserved character, but cuts it there without
a word; so everything that is not meant as mark-up is escaped.
Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

RESERVED_CHARACTERS = frozenset("\\|{}@[]()<>#*_~")

_ESCAPES = {ord(character): "\\" + character for character in RESERVED_CHARACTERS}
_MENTION = re.compile(r"@\[([^\[\]\r\n]+)\]\((urn:li:(?:person|organization):[A-Za-z0-9_-]+)\)")


@dataclass(frozen=True, slots=True)
class Mention:
    """A person or page named in a post.

    `name` must be LinkedIn's spelling, case included: else the name appears without a link.
    """

    name: str
    urn: str


TextPart = str | Mention


def to_little_text(text: str) -> str:
    """Write a user's text so that LinkedIn shows exactly it.

    `@[Name](urn:li:person:…)` and `@[Name](urn:li:organization:…)` become mentions, `#word`
    stays a hashtag, everything else is literal.
    """
    return join_little_text(split_mentions(text))


def shown_text(text: str) -> str:
    """The words a reader sees: `text` with each mention replaced by its name."""
    return "".join(p.name if isinstance(p, Mention) else p for p in split_mentions(text))


def split_mentions(text: str) -> Iterator[TextPart]:
    """Cut a user's text into plain strings and mentions, in order; nothing is lost."""
    start = 0
    for found in _MENTION.finditer(text):
        if found.start() > start:
            yield text[start : found.start()]
        yield Mention(name=found[1], urn=found[2])
        start = found.end()
    if start < len(text):
        yield text[start:]


def join_little_text(parts: Iterable[TextPart]) -> str:
    """Write plain strings and mentions as one little text."""
    return "".join(
        f"@[{escape(p.name)}]({p.urn})" if isinstance(p, Mention) else _escape_plain(p)
        for p in parts
    )


def escape(text: str) -> str:
    """Make every reserved character literal, hashtags included."""
    return text.translate(_ESCAPES)


def _escape_plain(text: str) -> str:
    """Escape all but the `#` that begins a hashtag."""
    pieces = []
    start = 0
    for sign in re.finditer("#", text):
        if _begins_hashtag(text, sign.start()):
            pieces += [escape(text[start : sign.start()]), "#"]
            start = sign.end()
    return "".join([*pieces, escape(text[start:])])


def _begins_hashtag(text: str, at: int) -> bool:
    """Whether the `#` at `at` stands free and is followed by a word with a letter in it.

    "C# " and "a#b" are not hashtags, and "#1" is more likely a number than a tag.
    """
    if at and _is_word_character(text[at - 1]):
        return False
    return any(unicodedata.category(c)[0] == "L" for c in _word_from(text, at + 1))


def _word_from(text: str, start: int) -> Iterator[str]:
    """The letters, digits and marks from `start` on; none when it opens with a bare mark."""
    for index in range(start, len(text)):
        character = text[index]
        is_bare_mark = index == start and unicodedata.category(character)[0] == "M"
        if is_bare_mark or not _is_word_character(character):
            return
        yield character


def _is_word_character(character: str) -> bool:
    # Marks belong to words: Devanagari or Thai hashtags are torn apart without them.
    return unicodedata.category(character)[0] in "LNM"
