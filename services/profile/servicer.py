"""Profile over gRPC: proto in, domain call, proto out."""

from inergize.profile.v1 import profile_service_pb2 as pb
from inergize.profile.v1.profile_service_pb2_grpc import ProfileServiceServicer

from services.kernel.caller import current_caller, maybe_caller
from services.kernel.interceptors.call import Context
from services.profile import convert, page
from services.profile.browser import NonceCookie, prefers_json
from services.profile.connect import Bearer, Connect
from services.profile.domain import Profiles


class ProfileServicer(ProfileServiceServicer):
    """What users and their programs may ask."""

    def __init__(
        self, profiles: Profiles, connect: Connect, cookie: NonceCookie, front_end_url: str
    ) -> None:
        self._profiles = profiles
        self._connect = connect
        self._cookie = cookie
        self._front_end_url = front_end_url

    async def StartLinkedInConnect(
        self, request: pb.StartLinkedInConnectRequest, context: Context
    ) -> pb.StartLinkedInConnectResponse:
        started = await self._connect.start(current_caller().user_id)
        await context.send_initial_metadata((("set-cookie", self._cookie.given(started.nonce)),))
        return pb.StartLinkedInConnectResponse(authorization_url=started.authorization_url)

    async def CompleteLinkedInConnect(
        self, request: pb.CompleteLinkedInConnectRequest, context: Context
    ) -> pb.CompleteLinkedInConnectResponse:
        caller = maybe_caller()
        bearer = Bearer(self._cookie.read(context), caller.user_id if caller else None)
        completed = await self._connect.complete(convert.consent_from_proto(request), bearer)
        connection = convert.connection_to_proto(completed)
        shown = (
            convert.json_page(connection)
            if prefers_json(context)
            else convert.html_page(self._front_end_url)
        )
        await context.send_initial_metadata((("set-cookie", self._cookie.taken()), *page.HEADERS))
        return pb.CompleteLinkedInConnectResponse(connection=connection, page=shown)

    async def GetLinkedInConnection(
        self, request: pb.GetLinkedInConnectionRequest, context: Context
    ) -> pb.GetLinkedInConnectionResponse:
        connection = await self._profiles.connection(current_caller().user_id)
        return pb.GetLinkedInConnectionResponse(connection=convert.connection_to_proto(connection))

    async def GetLinkedInProfile(
        self, request: pb.GetLinkedInProfileRequest, context: Context
    ) -> pb.GetLinkedInProfileResponse:
        profile = await self._profiles.profile(current_caller().user_id)
        return pb.GetLinkedInProfileResponse(profile=convert.profile_to_proto(profile))

    async def GetPreferences(
        self, request: pb.GetPreferencesRequest, context: Context
    ) -> pb.GetPreferencesResponse:
        preferences = await self._profiles.preferences(current_caller().user_id)
        return pb.GetPreferencesResponse(preferences=convert.preferences_to_proto(preferences))
