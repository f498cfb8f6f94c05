"""AuthService: the life of an account."""

from uuid import UUID

from inergize.auth.v1 import auth_account_pb2 as pb

from services.auth.account import convert
from services.auth.account.deletion import Deletion
from services.auth.account.email_change import EmailChange
from services.auth.account.exports import Exports
from services.auth.account.updates import Updates
from services.auth.convert import user_to_proto
from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context
from services.kernel.messages import to_timestamp


class AccountServicer:
    """Accounts, by their owners: proto in, domain call, proto out."""

    def __init__(
        self,
        *,
        updates: Updates,
        email_change: EmailChange,
        deletion: Deletion,
        exports: Exports,
    ) -> None:
        self._updates = updates
        self._email_change = email_change
        self._deletion = deletion
        self._exports = exports

    async def UpdateCurrentUser(
        self, request: pb.UpdateCurrentUserRequest, context: Context
    ) -> pb.UpdateCurrentUserResponse:
        values = convert.values_from_proto(request.user)
        mask = request.update_mask.paths
        user_id = current_caller().user_id
        user = await self._updates.update(user_id, values, mask, request.etag)
        return pb.UpdateCurrentUserResponse(user=user_to_proto(user))

    async def ChangeEmail(
        self, request: pb.ChangeEmailRequest, context: Context
    ) -> pb.ChangeEmailResponse:
        await self._email_change.begin(current_caller().user_id, request.new_email)
        return pb.ChangeEmailResponse()

    async def ConfirmEmailChange(
        self, request: pb.ConfirmEmailChangeRequest, context: Context
    ) -> pb.ConfirmEmailChangeResponse:
        caller = current_caller()
        is_changed = await self._email_change.confirm(
            caller.user_id, caller.session_id, request.token
        )
        return pb.ConfirmEmailChangeResponse(is_changed=is_changed)

    async def DeleteAccount(
        self, request: pb.DeleteAccountRequest, context: Context
    ) -> pb.DeleteAccountResponse:
        caller = current_caller()
        erasure_at = await self._deletion.ask(caller.user_id, caller.session_id, request.etag)
        return pb.DeleteAccountResponse(erasure_time=to_timestamp(erasure_at))

    async def CancelAccountDeletion(
        self, request: pb.CancelAccountDeletionRequest, context: Context
    ) -> pb.CancelAccountDeletionResponse:
        await self._deletion.take_back(current_caller().user_id)
        return pb.CancelAccountDeletionResponse()

    async def ExportAccountData(
        self, request: pb.ExportAccountDataRequest, context: Context
    ) -> pb.ExportAccountDataResponse:
        export = await self._exports.ask(current_caller().user_id)
        return pb.ExportAccountDataResponse(account_export=convert.export_to_proto(export))

    async def GetAccountExport(
        self, request: pb.GetAccountExportRequest, context: Context
    ) -> pb.GetAccountExportResponse:
        export, download_url = await self._exports.get(
            current_caller().user_id,
            UUID(request.export_id),
            request.wait.ToTimedelta().total_seconds(),
        )
        return pb.GetAccountExportResponse(
            account_export=convert.export_to_proto(export, download_url)
        )
