"""Notifications over gRPC, for those who have something to tell."""

from uuid import UUID

from inergize.profile.v1 import profile_notifications_pb2 as pb

from services.kernel.db import Database
from services.kernel.errors import InvalidRequest
from services.kernel.interceptors.call import Context
from services.profile.notifications.domain import kind_named
from services.profile.notifications.kinds import CATALOGUE
from services.profile.notifications.notices import Notice, notify


class NotificationsInternalServicer:
    """What our own processes may ask."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def Notify(self, request: pb.NotifyRequest, context: Context) -> pb.NotifyResponse:
        notice = _notice(request)
        async with self._db.transaction() as tx:
            await notify(tx, notice)
        return pb.NotifyResponse()


def _notice(request: pb.NotifyRequest) -> Notice:
    kind, data = kind_named(request.kind), dict(request.data)
    missing = CATALOGUE[kind].needs - data.keys()
    if missing:
        raise InvalidRequest({"data": f"must hold {', '.join(sorted(missing))}"})
    return Notice(UUID(request.user_id), kind, request.dedupe_key, data)
