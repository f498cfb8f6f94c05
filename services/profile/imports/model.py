"""What an archive tells, and what became of reading it."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import Enum
from hashlib import sha256
from typing import Any, Self
from uuid import UUID

from services.kernel.db import Row
from services.profile.words import hash_of_words


class Kind(Enum):
    """What happened at LinkedIn."""

    CONNECTION = "connection"
    INVITATION_SENT = "invitation_sent"
    INVITATION_RECEIVED = "invitation_received"
    MESSAGE_SENT = "message_sent"
    MESSAGE_RECEIVED = "message_received"
    POST = "post"
    COMMENT = "comment"
    COMMENT_RECEIVED = "comment_received"
    REACTION = "reaction"
    REACTION_RECEIVED = "reaction_received"


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that happened: `subject` is the other member's address or the post's.

    `text` is compared and never stored; `thread` tells two messages of one second apart, `actor`
    two comments of others. `remote_id` names the thing itself, where the member made it.
    """

    kind: Kind
    happened_at: datetime
    subject: str = ""
    text: str = field(default="", repr=False)
    thread: str = ""
    actor: str = ""
    remote_id: str = ""

    @property
    def text_hash(self) -> bytes | None:
        """Of the text as it is seen; None where there is none."""
        return hash_of_words(self.text) if self.text else None

    @property
    def fact_hash(self) -> bytes:
        """The same for the same thing, whichever archive tells it."""
        parts = (self.kind.value, self.happened_at.isoformat(), self.subject, self.thread)
        own = sha256("\x00".join(parts).encode())
        own.update(self.text_hash or b"")
        own.update(self.actor.encode())
        return own.digest()


@dataclass(frozen=True, slots=True)
class ProfileFields:
    """What the archive says about the member; "" where it says nothing."""

    headline: str = ""
    summary: str = ""
    industry: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be read: `line` counts from 1, 0 is the whole file."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class FileCount:
    """How much one file told."""

    name: str
    rows: int
    new_rows: int
    unreadable_rows: int


class State(Enum):
    """Where an import stands."""

    AWAITING_UPLOAD = "awaiting_upload"
    READING = "reading"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Import:
    """One import as its user sees it."""

    import_id: UUID
    user_id: UUID
    state: State
    size_bytes: int
    sha256: bytes
    files: tuple[FileCount, ...]
    problems: tuple[Problem, ...]
    ignored_files: tuple[str, ...]
    created_at: datetime
    finished_at: datetime | None

    @property
    def object_key(self) -> str:
        """Where its file lies until it is read."""
        return f"{folder_of(self.user_id)}{self.import_id}.zip"

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """From a row of linkedin_imports."""
        return cls(
            import_id=row["id"],
            user_id=row["user_id"],
            state=State(row["state"]),
            size_bytes=row["size_bytes"],
            sha256=row["sha256"],
            files=tuple(FileCount(**each) for each in row["files"]),
            problems=tuple(Problem(**each) for each in row["problems"]),
            ignored_files=tuple(row["ignored_files"]),
            created_at=row["created_at"],
            finished_at=row["finished_at"],
        )


def folder_of(user_id: UUID) -> str:
    """Where all files of a user's imports lie."""
    return f"imports/{user_id}/"


def as_json(parts: tuple[FileCount, ...] | tuple[Problem, ...]) -> list[dict[str, Any]]:
    """As the table's columns hold them."""
    return [asdict(each) for each in parts]
