"""GetContact, for workers."""

from uuid import UUID

from inergize.auth.v1 import auth_internal_service_pb2 as pb

from services.auth.contact.store import get_contact
from services.kernel.db import Database
from services.kernel.interceptors.call import Context


class ContactServicer:
    """Proto in, query, proto out."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def GetContact(
        self, request: pb.GetContactRequest, context: Context
    ) -> pb.GetContactResponse:
        contact = await get_contact(self._db, UUID(request.user_id))
        return pb.GetContactResponse(
            email=contact.email,
            first_name=contact.first_name,
            language=contact.language,
            time_zone=contact.time_zone,
        )
