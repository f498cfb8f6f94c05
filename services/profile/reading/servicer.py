"""Readings over gRPC: proto in, domain call, proto out."""

from inergize.profile.v1 import linkedin_reading_pb2 as pb

from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context
from services.profile.convert import profile_to_proto
from services.profile.domain import Profiles
from services.profile.reading import convert
from services.profile.reading.authors import Authors
from services.profile.reading.measuring import Measuring
from services.profile.reading.mentions import Mentions
from services.profile.reading.scores import Scores
from services.profile.reading.syncing import Syncing

MENTIONS_LIMIT = 10


class ReadingServicer:
    """What users and their programs may ask."""

    def __init__(
        self,
        profiles: Profiles,
        syncing: Syncing,
        scores: Scores,
        *,
        authors: Authors,
        mentions: Mentions,
    ) -> None:
        self._profiles = profiles
        self._syncing = syncing
        self._scores = scores
        self._authors = authors
        self._mentions = mentions

    async def SyncLinkedInProfile(
        self, request: pb.SyncLinkedInProfileRequest, context: Context
    ) -> pb.SyncLinkedInProfileResponse:
        user_id = current_caller().user_id
        synced = await self._syncing.ask(user_id, request.wait.ToTimedelta().total_seconds())
        profile = await self._profiles.profile(user_id)
        return pb.SyncLinkedInProfileResponse(
            state=convert.STATES[synced.state],
            profile=profile_to_proto(profile),
            withheld=convert.withheld_to_proto(synced.withheld),
            error=synced.error,
        )

    async def GetProfileCompleteness(
        self, request: pb.GetProfileCompletenessRequest, context: Context
    ) -> pb.GetProfileCompletenessResponse:
        found = await self._scores.of(current_caller().user_id)
        return convert.completeness_to_proto(found)

    async def ListAuthors(
        self, request: pb.ListAuthorsRequest, context: Context
    ) -> pb.ListAuthorsResponse:
        authors = await self._authors.of(current_caller().user_id)
        return pb.ListAuthorsResponse(authors=[convert.author_to_proto(one) for one in authors])

    async def SearchMentions(
        self, request: pb.SearchMentionsRequest, context: Context
    ) -> pb.SearchMentionsResponse:
        found = await self._mentions.search(
            current_caller().user_id, request.query, request.limit or MENTIONS_LIMIT
        )
        return pb.SearchMentionsResponse(
            mentions=[convert.mention_to_proto(one) for one in found.mentions],
            withheld=convert.withheld_to_proto(found.withheld),
            was_searched_for_people=found.has_searched_people,
        )


class ReadingInternalServicer:
    """What workers may ask."""

    def __init__(self, measuring: Measuring) -> None:
        self._measuring = measuring

    async def CollectMetrics(
        self, request: pb.CollectMetricsRequest, context: Context
    ) -> pb.CollectMetricsResponse:
        done = await self._measuring.measure_due()
        return pb.CollectMetricsResponse(
            measured=done.measured, put_off=done.put_off, is_more=done.is_more
        )
