"""Puts the imports together."""

from dataclasses import dataclass
from uuid import UUID

from services.kernel.periodic import PeriodicJob
from services.kernel.runtime import Runtime
from services.kernel.s3 import Objects
from services.profile.imports.domain import Imports
from services.profile.imports.model import folder_of
from services.profile.imports.reader import ArchiveReader
from services.profile.imports.servicer import ImportsInternalServicer, ImportsServicer


@dataclass(frozen=True, slots=True)
class ImportsPart:
    """The parts that Profile serves, runs and closes."""

    servicer: ImportsServicer
    internal_servicer: ImportsInternalServicer
    job: PeriodicJob
    objects: Objects

    async def erase(self, user_id: UUID) -> None:
        """Delete every file of a user's imports, whether or not a row tells of it."""
        await self.objects.delete_all(folder_of(user_id))


def imports_part(given: Runtime) -> ImportsPart:
    """Imports on Profile's runtime."""
    objects = Objects(given.settings.s3)
    imports = Imports(given.db, given.keys, given.outbox, objects)
    reader = ArchiveReader(given.db, objects)
    return ImportsPart(
        ImportsServicer(imports), ImportsInternalServicer(reader), imports.job(), objects
    )
