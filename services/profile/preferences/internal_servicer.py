"""Preferences over gRPC, for whoever acts on them."""

from uuid import UUID

from inergize.profile.v1 import profile_internal_service_pb2 as internal
from inergize.profile.v1 import profile_preferences_pb2 as pb

from services.kernel.interceptors.call import Context
from services.profile.preferences.domain import UserPreferences


class PreferencesInternalServicer:
    """What our own processes may ask."""

    def __init__(self, preferences: UserPreferences) -> None:
        self._preferences = preferences

    async def InitializeUser(
        self, request: internal.InitializeUserRequest, context: Context
    ) -> internal.InitializeUserResponse:
        await self._preferences.initialize(UUID(request.user_id))
        return internal.InitializeUserResponse()

    async def GetUserPreferences(
        self, request: pb.GetUserPreferencesRequest, context: Context
    ) -> pb.GetUserPreferencesResponse:
        preferences = await self._preferences.get(UUID(request.user_id))
        return pb.GetUserPreferencesResponse(
            may_automate=preferences.automation_enabled,
            may_call_ai=preferences.ai_suggestions_enabled,
            may_learn_from_history=preferences.may_learn_from_history,
            is_in_benchmarks=preferences.is_in_benchmarks,
        )
