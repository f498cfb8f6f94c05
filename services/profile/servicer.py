"""Profile over gRPC: proto in, domain call, proto out."""

from collections.abc import Collection, Mapping

import structlog
from inergize.profile.v1 import profile_pb2 as profile_pb
from inergize.profile.v1 import profile_service_pb2 as pb

from services.kernel.caller import current_caller, maybe_caller
from services.kernel.errors import DomainError
from services.kernel.interceptors.call import Context
from services.profile import convert
from services.profile.connection import page
from services.profile.connection.abilities import NO_REFUSALS, abilities_of
from services.profile.connection.browser import NonceCookie, is_shown_pages, prefers_json
from services.profile.connection.connect import Bearer, Connect
from services.profile.domain import Profiles
from services.profile.model import Connection
from services.profile.reading.model import Refusal

log = structlog.get_logger()


class ProfileServicer:
    """What users and their programs may ask."""

    def __init__(
        self,
        profiles: Profiles,
        connect: Connect,
        cookie: NonceCookie,
        *,
        front_end_url: str,
        agreed: Collection[str],
    ) -> None:
        """`agreed` are the abilities that LinkedIn grants this deployment by agreement."""
        self._profiles = profiles
        self._connect = connect
        self._cookie = cookie
        self._front_end_url = front_end_url
        self._agreed = agreed

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
        try:
            completed = await self._connect.complete(convert.consent_from_proto(request), bearer)
        except DomainError as refused:
            if not is_shown_pages(context):
                raise
            return await self._shown_refusal(refused, context)
        connection = self._shown(completed)  # a new consent forgets refusals
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
        user_id = current_caller().user_id
        connection = await self._profiles.connection(user_id)
        refusals = await self._profiles.refusals(user_id)
        return pb.GetLinkedInConnectionResponse(connection=self._shown(connection, refusals))

    async def GetLinkedInProfile(
        self, request: pb.GetLinkedInProfileRequest, context: Context
    ) -> pb.GetLinkedInProfileResponse:
        profile = await self._profiles.profile(current_caller().user_id)
        return pb.GetLinkedInProfileResponse(profile=convert.profile_to_proto(profile))

    async def _shown_refusal(
        self, refused: DomainError, context: Context
    ) -> pb.CompleteLinkedInConnectResponse:
        """A page instead of an error that a browser would show as JSON.

        The cookie stays: it may belong to a connection that was begun after this one.
        """
        log.info("linkedin_connect_refused", reason=type(refused).__name__)
        await context.send_initial_metadata(page.HEADERS)
        shown = convert.refusal_page(page.words_of(refused), self._front_end_url)
        return pb.CompleteLinkedInConnectResponse(page=shown)

    def _shown(
        self, connection: Connection, refusals: Mapping[str, Refusal] = NO_REFUSALS
    ) -> profile_pb.LinkedInConnection:
        abilities = abilities_of(connection, self._agreed, refusals)
        return convert.connection_to_proto(connection, abilities)
