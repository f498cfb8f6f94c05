"""Preferences over gRPC, for their owners."""

from inergize.profile.v1 import profile_preferences_pb2 as pb
from inergize.profile.v1 import profile_service_pb2 as service

from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context
from services.profile.preferences import convert
from services.profile.preferences.domain import UserPreferences, chosen_changes


class PreferencesServicer:
    """Proto in, domain call, proto out."""

    def __init__(self, preferences: UserPreferences) -> None:
        self._preferences = preferences

    async def GetPreferences(
        self, request: service.GetPreferencesRequest, context: Context
    ) -> service.GetPreferencesResponse:
        preferences = await self._preferences.get(current_caller().user_id)
        return service.GetPreferencesResponse(preferences=convert.preferences_to_proto(preferences))

    async def UpdatePreferences(
        self, request: pb.UpdatePreferencesRequest, context: Context
    ) -> pb.UpdatePreferencesResponse:
        changes = chosen_changes(
            convert.given_from_proto(request.preferences),
            convert.mask_from_proto(request.update_mask.paths),
        )
        preferences = await self._preferences.update(
            current_caller().user_id, changes, request.etag
        )
        return pb.UpdatePreferencesResponse(preferences=convert.preferences_to_proto(preferences))
