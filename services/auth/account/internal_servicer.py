"""AuthInternalService: what workers do for the life of an account."""

from uuid import UUID

from inergize.auth.v1 import auth_internal_service_pb2 as pb

from services.auth.account.erasure import Erasure
from services.auth.account.exports import Exports
from services.kernel.interceptors.call import Context


class AccountInternalServicer:
    """Archives and erasures, for workers: proto in, domain call, proto out."""

    def __init__(self, exports: Exports, erasure: Erasure) -> None:
        self._exports = exports
        self._erasure = erasure

    async def BeginAccountExport(
        self, request: pb.BeginAccountExportRequest, context: Context
    ) -> pb.BeginAccountExportResponse:
        export_id = UUID(request.export_id)
        if not request.sha256:
            export = await self._exports.begin(export_id)
            return pb.BeginAccountExportResponse(user_id=str(export.user_id))
        export, upload = await self._exports.upload(
            export_id, size_bytes=request.size_bytes, sha256=request.sha256
        )
        return pb.BeginAccountExportResponse(
            user_id=str(export.user_id), upload_url=upload.url, upload_headers=upload.headers
        )

    async def FinishAccountExport(
        self, request: pb.FinishAccountExportRequest, context: Context
    ) -> pb.FinishAccountExportResponse:
        export_id = UUID(request.export_id)
        if request.sha256:
            await self._exports.finish(
                export_id, size_bytes=request.size_bytes, sha256=request.sha256
            )
        else:
            await self._exports.put_back(export_id)
        return pb.FinishAccountExportResponse()

    async def FinishErasure(
        self, request: pb.FinishErasureRequest, context: Context
    ) -> pb.FinishErasureResponse:
        await self._erasure.finish(UUID(request.user_id))
        return pb.FinishErasureResponse()
