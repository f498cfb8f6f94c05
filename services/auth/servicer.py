"""AuthService: accounts and sessions over gRPC."""

from inergize.auth.v1 import auth_service_pb2 as pb

from services.auth import convert
from services.auth.domain import Accounts
from services.auth.mfa.convert import challenge_to_proto
from services.auth.mfa.model import Challenge
from services.auth.registration import Registration
from services.auth.sessions import Sessions
from services.auth.sign_in import SignIn
from services.auth.signing.signing_keys import SigningKeys
from services.auth.verification import Verification
from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context


class AuthServicer:
    """Auth over gRPC: proto in, domain call, proto out."""

    def __init__(
        self,
        *,
        registration: Registration,
        verification: Verification,
        sign_in: SignIn,
        sessions: Sessions,
        accounts: Accounts,
        signing_keys: SigningKeys,
    ) -> None:
        self._registration = registration
        self._verification = verification
        self._sign_in = sign_in
        self._sessions = sessions
        self._accounts = accounts
        self._signing_keys = signing_keys

    async def Register(self, request: pb.RegisterRequest, context: Context) -> pb.RegisterResponse:
        account = convert.account_from_proto(request)
        registered = await self._registration.register(
            account, request.invitation, convert.client_address(context)
        )
        return pb.RegisterResponse(
            user_id=str(registered.user_id), registration_token=registered.registration_token
        )

    async def VerifyEmail(
        self, request: pb.VerifyEmailRequest, context: Context
    ) -> pb.VerifyEmailResponse:
        user_id = await self._verification.verify(request.token)
        return pb.VerifyEmailResponse(user_id=str(user_id))

    async def ResendVerification(
        self, request: pb.ResendVerificationRequest, context: Context
    ) -> pb.ResendVerificationResponse:
        await self._verification.resend(request.registration_token)
        return pb.ResendVerificationResponse()

    async def Login(self, request: pb.LoginRequest, context: Context) -> pb.LoginResponse:
        device = convert.device_from_call(request, context)
        signed_in = await self._sign_in.login(convert.claim_from_proto(request), device)
        if isinstance(signed_in, Challenge):
            return pb.LoginResponse(mfa_challenge=challenge_to_proto(signed_in))
        return pb.LoginResponse(
            tokens=convert.tokens_to_proto(signed_in.tokens), device_token=signed_in.device_token
        )

    async def RefreshSession(
        self, request: pb.RefreshSessionRequest, context: Context
    ) -> pb.RefreshSessionResponse:
        tokens = await self._sessions.refresh(
            request.refresh_token, convert.client_address(context)
        )
        return pb.RefreshSessionResponse(tokens=convert.tokens_to_proto(tokens))

    async def Logout(self, request: pb.LogoutRequest, context: Context) -> pb.LogoutResponse:
        caller = current_caller()
        await self._sessions.end(caller.user_id, caller.session_id)
        return pb.LogoutResponse()

    async def GetCurrentUser(
        self, request: pb.GetCurrentUserRequest, context: Context
    ) -> pb.GetCurrentUserResponse:
        user = await self._accounts.get(current_caller().user_id)
        return pb.GetCurrentUserResponse(user=convert.user_to_proto(user))

    async def GetJwks(self, request: pb.GetJwksRequest, context: Context) -> pb.GetJwksResponse:
        return convert.jwks_to_proto(await self._signing_keys.published())
