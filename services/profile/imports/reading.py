"""Reads a whole archive: what it tells, file by file."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from services.profile.imports.archive import Archive, opened
from services.profile.imports.model import Observation, Problem, ProfileFields
from services.profile.imports.readers import READERS, Reader
from services.profile.imports.sheet import Sheet

MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class FileRead:
    """What one file told."""

    name: str
    observations: tuple[Observation, ...]
    unreadable_rows: int


@dataclass(slots=True)
class ArchiveRead:
    """What an archive told; of its problems the first hundred."""

    files: list[FileRead] = field(default_factory=list)
    profile: ProfileFields = field(default_factory=ProfileFields)
    problems: list[Problem] = field(default_factory=list)
    ignored_files: list[str] = field(default_factory=list)

    @property
    def is_anything(self) -> bool:
        """Whether a single row could be read."""
        has_rows = any(one.observations for one in self.files)
        return has_rows or self.profile != ProfileFields()


def read_archive(content: IO[bytes]) -> ArchiveRead:
    """Read a ZIP; blocks for about a second per 10 MB unpacked. Raises ArchiveUnreadable."""
    result = ArchiveRead()
    with opened(content) as archive:
        for name in archive.names():
            reader = READERS.get(name.lower())
            if reader is None:
                result.ignored_files.append(name)
            else:
                _read(result, archive, name, reader)
    return result


def _read(result: ArchiveRead, archive: Archive, name: str, reader: Reader) -> None:
    observations: list[Observation] = []
    unreadable_rows = 0
    for said in _rows(archive, name, reader):
        match said:
            case Observation():
                observations.append(said)
            case ProfileFields():
                result.profile = said
            case Problem():
                unreadable_rows += said.line > 0
                if len(result.problems) < MOST_PROBLEMS:
                    result.problems.append(said)
    result.files.append(FileRead(name, tuple(observations), unreadable_rows))


def _rows(
    archive: Archive, name: str, reader: Reader
) -> Iterator[Observation | ProfileFields | Problem]:
    return Sheet(name, archive.read(name), reader.needed).read(reader.parse)
