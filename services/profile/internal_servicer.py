"""Profile over gRPC for other services and workers: proto in, domain call, proto out."""

from uuid import UUID

from inergize.profile.v1 import profile_internal_service_pb2 as pb
from inergize.profile.v1.profile_internal_service_pb2_grpc import ProfileInternalServiceServicer

from services.kernel.interceptors.call import Context
from services.profile import convert
from services.profile.actions import Actions
from services.profile.domain import Profiles


class ProfileInternalServicer(ProfileInternalServiceServicer):
    """What our own processes may ask."""

    def __init__(self, profiles: Profiles, actions: Actions) -> None:
        self._profiles = profiles
        self._actions = actions

    async def InitializeUser(
        self, request: pb.InitializeUserRequest, context: Context
    ) -> pb.InitializeUserResponse:
        await self._profiles.initialize(UUID(request.user_id))
        return pb.InitializeUserResponse()

    async def ExecuteAction(
        self, request: pb.ExecuteActionRequest, context: Context
    ) -> pb.ExecuteActionResponse:
        known = await self._actions.execute(convert.attempt_from_proto(request))
        return convert.known_to_proto(known)
