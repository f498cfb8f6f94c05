"""Imports over gRPC: proto in, domain call, proto out."""

from uuid import UUID

from inergize.profile.v1 import linkedin_imports_pb2 as pb

from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context
from services.kernel.paging import page_size
from services.profile.imports.convert import import_to_proto, upload_to_proto
from services.profile.imports.domain import Imports
from services.profile.imports.reader import ArchiveReader


class ImportsServicer:
    """What users may ask about the archives they bring."""

    def __init__(self, imports: Imports) -> None:
        self._imports = imports

    async def ImportLinkedInExport(
        self, request: pb.ImportLinkedInExportRequest, context: Context
    ) -> pb.ImportLinkedInExportResponse:
        begun, upload = await self._imports.begin(
            current_caller().user_id,
            size_bytes=request.size_bytes,
            sha256=bytes.fromhex(request.sha256),
        )
        return pb.ImportLinkedInExportResponse(
            linkedin_import=import_to_proto(begun), upload=upload_to_proto(upload)
        )

    async def CompleteLinkedInImport(
        self, request: pb.CompleteLinkedInImportRequest, context: Context
    ) -> pb.CompleteLinkedInImportResponse:
        complete = await self._imports.complete(current_caller().user_id, UUID(request.import_id))
        return pb.CompleteLinkedInImportResponse(linkedin_import=import_to_proto(complete))

    async def ListLinkedInImports(
        self, request: pb.ListLinkedInImportsRequest, context: Context
    ) -> pb.ListLinkedInImportsResponse:
        page, following = await self._imports.page(
            current_caller().user_id, page_size(request.page_size), request.page_token
        )
        return pb.ListLinkedInImportsResponse(
            imports=[import_to_proto(one) for one in page], next_page_token=following
        )

    async def GetLinkedInImport(
        self, request: pb.GetLinkedInImportRequest, context: Context
    ) -> pb.GetLinkedInImportResponse:
        found = await self._imports.get(current_caller().user_id, UUID(request.import_id))
        return pb.GetLinkedInImportResponse(linkedin_import=import_to_proto(found))

    async def DeleteLinkedInImport(
        self, request: pb.DeleteLinkedInImportRequest, context: Context
    ) -> pb.DeleteLinkedInImportResponse:
        await self._imports.forget(current_caller().user_id, UUID(request.import_id))
        return pb.DeleteLinkedInImportResponse()


class ImportsInternalServicer:
    """What workers may ask."""

    def __init__(self, reader: ArchiveReader) -> None:
        self._reader = reader

    async def ReadLinkedInImport(
        self, request: pb.ReadLinkedInImportRequest, context: Context
    ) -> pb.ReadLinkedInImportResponse:
        await self._reader.read(UUID(request.import_id))
        return pb.ReadLinkedInImportResponse()
