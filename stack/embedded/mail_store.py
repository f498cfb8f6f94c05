"""The messages that the mail sink took: in a file, bounded, newest first."""

import sqlite3
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from services.kernel.sql import beside

_MAX_KEPT = 5_000
_QUERIES = beside(__file__)


@dataclass(frozen=True, slots=True)
class Message:
    """One message as one recipient got it; `received_time` is RFC 3339, UTC."""

    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    received_time: str


def parse(content: bytes, sender: str, recipient: str) -> Message:
    """Read a message as it came over SMTP; a missing part is an empty text."""
    message = message_from_bytes(content, policy=policy.default)
    return Message(
        sender=sender,
        recipient=recipient,
        subject=str(message["subject"] or ""),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        received_time=datetime.now(UTC).isoformat(timespec="milliseconds"),
    )


def _part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    if body is None or body.get_content_maintype() != "text":
        return ""
    return str(body.get_content())


class MessageStore:
    """A small database in one folder; a message that `add` returned from survives any crash."""

    def __init__(self, folder: Path, *, max_kept: int = _MAX_KEPT) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self._max_kept = max_kept
        self._database = sqlite3.connect(folder / "messages.db", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute(_QUERIES["create_messages"])
        self._database.execute(_QUERIES["index_recipients"])

    def add(self, message: Message) -> None:
        """Keep a message, and let the oldest go when there are too many."""
        added = self._database.execute(_QUERIES["add_message"], astuple(message))
        oldest = (added.lastrowid or 0) - self._max_kept
        self._database.execute(_QUERIES["drop_oldest"], (oldest,))

    def newest(self, recipient: str | None, *, limit: int) -> list[Message]:
        """The messages to this address (any case), or to all, newest first."""
        rows = self._database.execute(_QUERIES["list_newest"], (recipient, limit))
        return [Message(*row) for row in rows]

    def delete(self, recipient: str | None) -> int:
        """Forget the messages to this address, or all; how many there were."""
        return self._database.execute(_QUERIES["delete_messages"], (recipient,)).rowcount

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
