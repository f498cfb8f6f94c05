"""What each file of an archive tells: columns as LinkedIn names them, into observations.

Source: archives of members, as of 2025; columns that are not named here are not taken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.profile.imports.model import Kind, Observation, ProfileFields
from services.profile.imports.sheet import Row, RowUnreadable, time_of

_DAY = "%d %b %Y"
_SECOND = "%Y-%m-%d %H:%M:%S"
_MINUTE_AMERICAN = "%m/%d/%y, %I:%M %p"
_LONGEST_SUBJECT = 500


@dataclass(frozen=True, slots=True)
class Reader:
    """How to read one file: the columns it must have, and what a row means."""

    needed: frozenset[str]
    parse: Callable[[Row], Observation | ProfileFields | None]


def _connection(row: Row) -> Observation | None:
    if not row["url"]:  # a member who has left LinkedIn keeps a row without anything in it
        return None
    return Observation(Kind.CONNECTION, time_of(row["connected on"], _DAY), _address(row["url"]))


def _invitation(row: Row) -> Observation | None:
    is_sent = row["direction"].upper() == "OUTGOING"
    other = row["inviteeprofileurl"] if is_sent else row["inviterprofileurl"]
    kind = Kind.INVITATION_SENT if is_sent else Kind.INVITATION_RECEIVED
    return Observation(kind, time_of(row["sent at"], _MINUTE_AMERICAN, _SECOND), _address(other))


def _message(row: Row) -> Observation | None:
    """Whose it is, and when; what it says stays in the archive.

    A member's own messages lie in the folder SENT, or have nobody else as the sender.
    """
    is_sent = row["folder"].upper() == "SENT"
    other = row["recipient profile urls"].split(",")[0] if is_sent else row["sender profile url"]
    if not other:
        return None
    kind = Kind.MESSAGE_SENT if is_sent else Kind.MESSAGE_RECEIVED
    happened_at = time_of(row["date"], _SECOND)
    return Observation(kind, happened_at, _address(other), thread=row["conversation id"])


def _post(row: Row) -> Observation | None:
    happened_at = time_of(row["date"], _SECOND)
    return Observation(
        Kind.POST, happened_at, _address(row["sharelink"]), _unquoted(row["sharecommentary"])
    )


def _comment(row: Row) -> Observation | None:
    happened_at = time_of(row["date"], _SECOND)
    return Observation(Kind.COMMENT, happened_at, _address(row["link"]), row["message"])


def _reaction(row: Row) -> Observation | None:
    happened_at = time_of(row["date"], _SECOND)
    return Observation(Kind.REACTION, happened_at, _address(row["link"]), row["type"])


def _profile(row: Row) -> ProfileFields:
    return ProfileFields(row["headline"], row["summary"], row["industry"], row["geo location"])


READERS = {
    "connections.csv": Reader(frozenset({"url", "connected on"}), _connection),
    "invitations.csv": Reader(frozenset({"sent at", "direction"}), _invitation),
    "messages.csv": Reader(frozenset({"conversation id", "date", "folder"}), _message),
    "shares.csv": Reader(frozenset({"date", "sharelink"}), _post),
    "comments.csv": Reader(frozenset({"date", "link", "message"}), _comment),
    "reactions.csv": Reader(frozenset({"date", "type", "link"}), _reaction),
    "profile.csv": Reader(frozenset({"first name", "headline"}), _profile),
}
"""By the file's name in lower case."""


def _address(text: str) -> str:
    """An address at LinkedIn without its query. Raises RowUnreadable for any other."""
    parts = urlsplit(text if "//" in text else f"https://{text}")
    host = (parts.hostname or "").lower()
    if host != "linkedin.com" and not host.endswith(".linkedin.com"):
        raise RowUnreadable("its address is not LinkedIn's")
    address = f"https://www.linkedin.com{parts.path.rstrip('/')}"
    if len(address) > _LONGEST_SUBJECT:
        raise RowUnreadable("its address is too long")
    return address


def _unquoted(commentary: str) -> str:
    # LinkedIn writes line breaks of posts as `"` pairs between the lines.
    return commentary.replace('"\n"', "\n")
