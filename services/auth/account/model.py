"""What the life of an account works on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.auth.model import Addressee


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user may change of the account at any time; empty means none."""

    first_name: str
    last_name: str
    time_zone: str
    language: str
    avatar_url: str
    phone: str


@dataclass(frozen=True, slots=True)
class Holder:
    """An account whose row is locked."""

    user_id: UUID
    email: str
    pending_email: str | None
    first_name: str
    language: str
    time_zone: str

    def at(self, email: str) -> Addressee:
        """The holder, to be mailed at an address."""
        return Addressee(self.user_id, email, self.first_name, self.language)


@dataclass(frozen=True, slots=True)
class Export:
    """One archive of an account's data."""

    export_id: UUID
    user_id: UUID
    state: str
    """pending, running, ready, failed or expired."""
    size_bytes: int | None
    sha256: bytes | None
    created_at: datetime
    completed_at: datetime | None
    expires_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be made."""
        return self.state in {"pending", "running"}

    @property
    def object_key(self) -> str:
        """Where its file lies."""
        return f"{folder_of(self.user_id)}{self.export_id}.zip"


def folder_of(user_id: UUID) -> str:
    """Where all archives of a user lie."""
    return f"exports/{user_id}/"
