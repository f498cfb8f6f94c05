"""The part of AuthService that is about second factors and proving oneself again."""

from uuid import UUID

from inergize.auth.v1 import auth_mfa_pb2 as pb
from inergize.auth.v1 import auth_service_pb2

from services.auth.convert import client_address, device_from_call, tokens_to_proto
from services.auth.mfa import convert
from services.auth.mfa.backup_codes import BackupCodes
from services.auth.mfa.challenges import Challenges
from services.auth.mfa.completion import Completion
from services.auth.mfa.confirmation import Confirmation
from services.auth.mfa.methods import Methods
from services.auth.mfa.reauthentication import Reauthentication
from services.auth.model import SessionTokens
from services.kernel.caller import current_caller, maybe_caller
from services.kernel.interceptors.call import Context


class MfaServicer:
    """Second factors over gRPC: proto in, domain call, proto out."""

    def __init__(
        self,
        *,
        challenges: Challenges,
        completion: Completion,
        methods: Methods,
        confirmation: Confirmation,
        backup_codes: BackupCodes,
        reauthentication: Reauthentication,
    ) -> None:
        self._challenges = challenges
        self._completion = completion
        self._methods = methods
        self._confirmation = confirmation
        self._backup_codes = backup_codes
        self._reauthentication = reauthentication

    async def CompleteMfaChallenge(
        self, request: pb.CompleteMfaChallengeRequest, context: Context
    ) -> pb.CompleteMfaChallengeResponse:
        completed = await self._completion.complete(
            request.challenge_token,
            convert.way_from_proto(request.method),
            request.code,
            device=device_from_call(auth_service_pb2.LoginRequest(), context),
            session_id=_session_id(),
        )
        return convert.completed_to_proto(completed)

    async def ResendMfaCode(
        self, request: pb.ResendMfaCodeRequest, context: Context
    ) -> pb.ResendMfaCodeResponse:
        challenge = await self._challenges.resend(
            request.challenge_token, convert.kind_from_proto(request.method), _session_id()
        )
        return pb.ResendMfaCodeResponse(challenge=convert.challenge_to_proto(challenge))

    async def Reauthenticate(
        self, request: pb.ReauthenticateRequest, context: Context
    ) -> pb.ReauthenticateResponse:
        outcome = await self._reauthentication.prove(
            current_caller(), request.password, client_address(context)
        )
        if isinstance(outcome, SessionTokens):
            return pb.ReauthenticateResponse(tokens=tokens_to_proto(outcome))
        return pb.ReauthenticateResponse(mfa_challenge=convert.challenge_to_proto(outcome))

    async def EnrollMfa(
        self, request: pb.EnrollMfaRequest, context: Context
    ) -> pb.EnrollMfaResponse:
        kind = convert.kind_from_proto(request.kind)
        enrolment = await self._methods.enrol(current_caller(), kind, request.phone_number)
        return convert.enrolment_to_proto(enrolment)

    async def ConfirmMfa(
        self, request: pb.ConfirmMfaRequest, context: Context
    ) -> pb.ConfirmMfaResponse:
        confirmed = await self._confirmation.confirm(
            current_caller(), UUID(request.method_id), request.code, client_address(context)
        )
        return convert.confirmed_to_proto(confirmed)

    async def ListMfaMethods(
        self, request: pb.ListMfaMethodsRequest, context: Context
    ) -> pb.ListMfaMethodsResponse:
        found = await self._methods.list(current_caller())
        return pb.ListMfaMethodsResponse(
            methods=[convert.method_to_proto(method, sent_to) for method, sent_to in found],
            backup_codes_left=sum(method.backup_codes_left for method, _ in found),
        )

    async def DisableMfa(
        self, request: pb.DisableMfaRequest, context: Context
    ) -> pb.DisableMfaResponse:
        await self._methods.disable(current_caller(), UUID(request.method_id))
        return pb.DisableMfaResponse()

    async def RegenerateBackupCodes(
        self, request: pb.RegenerateBackupCodesRequest, context: Context
    ) -> pb.RegenerateBackupCodesResponse:
        codes = await self._backup_codes.regenerate(current_caller(), client_address(context))
        return pb.RegenerateBackupCodesResponse(backup_codes=codes)


def _session_id() -> UUID | None:
    """The session that calls a public method, if any does; an API key is none."""
    caller = maybe_caller()
    return caller.session_id if caller is not None and caller.scopes is None else None
