"""What readers see of a little text that LinkedIn has given back: `text` the other way round."""

import re

_MARKUP = re.compile(
    r"\\(?P<literal>.)"
    r"|@\[(?P<name>(?:\\.|[^\]\\])*)\]\((?:\\.|[^)\\])*\)"
    r"|\{hashtag\|(?:\\.|[^|\\])*\|(?P<tag>(?:\\.|[^}\\])*)\}",
    re.DOTALL,
)


def words_of(little_text: str) -> str:
    """The words without mark-up: escapes resolved, a mention by its name, a hashtag as `#word`."""
    return _MARKUP.sub(_shown, little_text)


def _shown(found: re.Match[str]) -> str:
    if found["literal"] is not None:
        return found["literal"]
    if found["name"] is not None:
        return words_of(found["name"])
    return "#" + words_of(found["tag"])
