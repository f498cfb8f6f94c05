"""Archives in S3, one object each. Only this process holds the keys: others get addresses."""

from uuid import UUID

from services.auth.account.model import Export, folder_of
from services.kernel.config import S3Settings
from services.kernel.s3 import Content, Objects, Upload

TYPE = "application/zip"


class Files:
    """The archives of all users."""

    def __init__(self, s3: S3Settings) -> None:
        self._objects = Objects(s3)

    async def close(self) -> None:
        """Close the connections."""
        await self._objects.close()

    async def upload(self, export: Export, *, size_bytes: int, sha256: bytes) -> Upload:
        """Where to put an archive: once, within ten minutes, and exactly these bytes."""
        content = Content(TYPE, size_bytes, sha256, _disposition(export))
        return await self._objects.upload(export.object_key, content)

    async def download_url(self, export: Export) -> str:
        """Where to fetch an archive, for five minutes; a browser saves it."""
        return await self._objects.download_url(export.object_key, _disposition(export))

    async def holds(self, export: Export, *, size_bytes: int, sha256: bytes) -> bool:
        """Whether exactly these bytes lie where the archive belongs."""
        return await self._objects.holds(export.object_key, size_bytes=size_bytes, sha256=sha256)

    async def delete(self, export: Export) -> None:
        """Delete an archive; one that is not there is gone as well."""
        await self._objects.delete(export.object_key)

    async def delete_all(self, user_id: UUID) -> None:
        """Delete every archive of a user, whether or not a row tells of it."""
        await self._objects.delete_all(folder_of(user_id))


def _disposition(export: Export) -> str:
    return f'attachment; filename="inergize-{export.created_at:%Y-%m-%d}.zip"'
