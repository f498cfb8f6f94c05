"""Who is meant: one name for a person at LinkedIn, however their address was written."""

import re
from urllib.parse import unquote, urlsplit

LONGEST = 100
"""Characters, as the table has it."""
_URN = re.compile(r"urn:li:person:[\w-]{1,60}", re.ASCII)
_SLUG = re.compile(r"[^\s/?#%]{3,97}")


class NotAPerson(ValueError):
    """The text names nobody at LinkedIn; the argument says which rule it breaks."""


def linkedin_id(text: str) -> str:
    """`urn:li:person:<id>` or `in/<public name>`; LinkedIn does not tell names apart by case.

    Raises NotAPerson.
    """
    text = text.strip()
    if _URN.fullmatch(text):
        return text
    slug = _slug(text)
    if not _SLUG.fullmatch(slug):
        raise NotAPerson("a public name has 3 to 97 characters and no spaces")
    return f"in/{slug.lower()}"


def _slug(text: str) -> str:
    if text.startswith("in/"):
        text = f"linkedin.com/{text}"
    try:
        parts = urlsplit(text if "//" in text else f"https://{text}")
        host = (parts.hostname or "").lower()
    except ValueError:
        raise NotAPerson("it is not an address") from None
    if host != "linkedin.com" and not host.endswith(".linkedin.com"):
        raise NotAPerson("it must be a profile's address at linkedin.com, or urn:li:person:<id>")
    room, _, slug = parts.path.strip("/").partition("/")
    if room != "in":
        raise NotAPerson("it must be a profile's address, which has /in/ in it")
    return unquote(slug.partition("/")[0])
