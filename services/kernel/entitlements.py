"""What a user's subscription allows, for the services beside Auth.

Source: docs/decisions/0105-entitlements.md
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import grpc
from grpc import StatusCode
from inergize.auth.v1 import auth_internal_service_pb2 as pb
from inergize.auth.v1.auth_internal_service_pb2_grpc import AuthInternalServiceStub
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.clients import Mesh
from services.kernel.errors import DeadlineExceeded, DomainError, SessionEnded, Unavailable

FRESH_SECONDS = 60.0
KEPT_SECONDS = 3600.0
"""An answer this old still counts while Auth cannot be asked."""
MOST_KEPT = 10_000
UNLIMITED = -1
_NO_ANSWER = (StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED)


class EntitlementReached(DomainError):
    """The subscription allows no more of it."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = reasons.ERROR_REASON_ENTITLEMENT


def check_room(name: str, allowed: int, used: int) -> None:
    """Raises EntitlementReached unless one more of `name` is allowed.

    Count `used` under a lock that others who count take too, else two calls at once both pass.
    """
    if allowed != UNLIMITED and used >= allowed:
        raise EntitlementReached(limit=name, allowed=str(allowed))


@dataclass(frozen=True, slots=True)
class _Answer:
    tier: str
    """The caller's tier when it was asked for."""
    limits: Mapping[str, int]
    asked_at: float


class Entitlements:
    """Users' limits, asked of Auth and remembered for a minute.

    A caller whose tier has changed is asked about anew, so a change counts within seconds. While
    Auth cannot be asked, an answer of the last hour counts; without one nothing is guessed.
    """

    def __init__(self, mesh: Mesh) -> None:
        self._auth = AuthInternalServiceStub(mesh.channel("auth"))
        self._answers: dict[UUID, _Answer] = {}

    async def limit(self, user_id: UUID, tier: str, name: str) -> int:
        """How many of `name` the user may have; -1 is without limit.

        `tier` is the caller's. Raises Unavailable when nobody could be asked and nothing is
        remembered, SessionEnded for an account that is switched off.
        """
        known = self._answers.get(user_id)
        age = time.monotonic() - known.asked_at if known else KEPT_SECONDS
        if known is None or known.tier != tier or age >= FRESH_SECONDS:
            known = await self._asked(user_id, tier, known if age < KEPT_SECONDS else None)
        return known.limits[name]

    async def _asked(self, user_id: UUID, tier: str, fallback: _Answer | None) -> _Answer:
        asked_at = time.monotonic()
        request = pb.GetUserEntitlementsRequest(user_id=str(user_id))
        try:
            reply = await self._auth.GetUserEntitlements(request)
        except (grpc.aio.AioRpcError, DeadlineExceeded) as failed:
            return _instead(failed, fallback)
        answer = _Answer(tier, dict(reply.entitlements.limits), asked_at)
        self._keep(user_id, answer)
        return answer

    def _keep(self, user_id: UUID, answer: _Answer) -> None:
        self._answers.pop(user_id, None)
        if len(self._answers) >= MOST_KEPT:
            # A dictionary keeps the order of asking: the first is the oldest.
            self._answers.pop(next(iter(self._answers)))
        self._answers[user_id] = answer


def _instead(failed: grpc.aio.AioRpcError | DeadlineExceeded, fallback: _Answer | None) -> _Answer:
    """What counts when Auth did not say it."""
    if isinstance(failed, grpc.aio.AioRpcError) and failed.code() is StatusCode.NOT_FOUND:
        raise SessionEnded from None
    if isinstance(failed, grpc.aio.AioRpcError) and failed.code() not in _NO_ANSWER:
        raise failed
    if fallback is None:
        raise Unavailable from None
    return fallback
