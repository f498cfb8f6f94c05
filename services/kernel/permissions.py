"""What users allow, for the services beside Profile.

Nothing is guessed: while Profile cannot be asked, nothing is allowed.
Source: docs/decisions/0128-permissions-are-asked.md
"""

import time
from dataclasses import dataclass
from uuid import UUID

import grpc
from grpc import StatusCode
from inergize.profile.v1 import profile_preferences_pb2 as pb
from inergize.profile.v1.profile_internal_service_pb2_grpc import ProfileInternalServiceStub

from services.kernel.clients import Mesh
from services.kernel.errors import DeadlineExceeded, Unavailable

FRESH_SECONDS = 5.0
"""How long a switch may go on counting after it was turned."""
MOST_KEPT = 10_000
_NO_ANSWER = (StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one user allows."""

    may_automate: bool
    may_call_ai: bool
    may_learn_from_history: bool
    is_in_benchmarks: bool


class Permissions:
    """Users' permissions, asked of Profile and remembered for five seconds."""

    def __init__(self, mesh: Mesh) -> None:
        self._profile = ProfileInternalServiceStub(mesh.channel("profile"))
        self._answers: dict[UUID, tuple[float, Allowed]] = {}

    async def of(self, user_id: UUID) -> Allowed:
        """What a user allows. Raises Unavailable when nobody could be asked."""
        asked_at, allowed = self._answers.get(user_id, (0.0, None))
        if allowed is None or time.monotonic() - asked_at >= FRESH_SECONDS:
            asked_at, allowed = time.monotonic(), await self._asked(user_id)
            self._keep(user_id, asked_at, allowed)
        return allowed

    async def _asked(self, user_id: UUID) -> Allowed:
        request = pb.GetUserPreferencesRequest(user_id=str(user_id))
        try:
            reply = await self._profile.GetUserPreferences(request)
        except DeadlineExceeded:
            raise Unavailable from None
        except grpc.aio.AioRpcError as failed:
            if failed.code() in _NO_ANSWER:
                raise Unavailable from None
            raise
        return Allowed(
            may_automate=reply.may_automate,
            may_call_ai=reply.may_call_ai,
            may_learn_from_history=reply.may_learn_from_history,
            is_in_benchmarks=reply.is_in_benchmarks,
        )

    def _keep(self, user_id: UUID, asked_at: float, allowed: Allowed) -> None:
        self._answers.pop(user_id, None)
        if len(self._answers) >= MOST_KEPT:
            # A dictionary keeps the order of asking: the first is the oldest.
            self._answers.pop(next(iter(self._answers)))
        self._answers[user_id] = (asked_at, allowed)
