"""AuthService's RPCs about new passwords."""

from inergize.auth.v1 import auth_passwords_pb2 as pb

from services.auth import convert
from services.auth.recovery.change import PasswordChange
from services.auth.recovery.reset import PasswordReset
from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context


class RecoveryServicer:
    """New passwords over gRPC: proto in, domain call, proto out."""

    def __init__(self, reset: PasswordReset, change: PasswordChange) -> None:
        self._reset = reset
        self._change = change

    async def RequestPasswordReset(
        self, request: pb.RequestPasswordResetRequest, context: Context
    ) -> pb.RequestPasswordResetResponse:
        await self._reset.request(request.email, convert.client_address(context))
        return pb.RequestPasswordResetResponse()

    async def ResetPassword(
        self, request: pb.ResetPasswordRequest, context: Context
    ) -> pb.ResetPasswordResponse:
        address = convert.client_address(context)
        await self._reset.redeem(request.token, request.new_password, address)
        return pb.ResetPasswordResponse()

    async def ChangePassword(
        self, request: pb.ChangePasswordRequest, context: Context
    ) -> pb.ChangePasswordResponse:
        address = convert.client_address(context)
        await self._change.change(
            current_caller(), request.current_password, request.new_password, address
        )
        return pb.ChangePasswordResponse()
