"""Puts the reading of LinkedIn together."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.kernel.periodic import PeriodicJob
from services.kernel.runtime import Runtime
from services.profile.background import Background
from services.profile.connection.access import Access
from services.profile.connection.vault import Vault
from services.profile.domain import Profiles
from services.profile.linkedin.client import LinkedIn
from services.profile.reading.authors import Authors
from services.profile.reading.measuring import Measuring
from services.profile.reading.mentions import Mentions
from services.profile.reading.scores import Scores
from services.profile.reading.search_limit import SearchLimit
from services.profile.reading.servicer import ReadingInternalServicer, ReadingServicer
from services.profile.reading.sessions import Sessions
from services.profile.reading.syncing import Syncing
from services.profile.usage.recording import ApiUsage


@dataclass(frozen=True, slots=True)
class ReadingPart:
    """What Profile serves and runs."""

    servicer: ReadingServicer
    internal_servicer: ReadingInternalServicer
    periodic: Sequence[PeriodicJob]


def reading_part(
    given: Runtime,
    access: Access,
    linkedin: LinkedIn,
    *,
    usage: ApiUsage,
    background: Background,
) -> ReadingPart:
    """The reading of LinkedIn on Profile's runtime."""
    sessions = Sessions(given.db, Vault(given.keys), access)
    syncing = Syncing(
        given.db,
        given.outbox,
        sessions,
        linkedin=linkedin,
        usage=usage,
        background=background,
    )
    measuring = Measuring(given.db, given.outbox, sessions, linkedin=linkedin, usage=usage)
    return ReadingPart(
        ReadingServicer(
            Profiles(given.db),
            syncing,
            Scores(given.db),
            authors=Authors(given.db),
            mentions=Mentions(given.db, sessions, linkedin, usage, limit=_search_limit(given)),
        ),
        ReadingInternalServicer(measuring),
        (syncing.job(), measuring.job()),
    )


def _search_limit(given: Runtime) -> SearchLimit:
    linkedin = given.settings.linkedin
    return SearchLimit(
        given.db,
        given.redis,
        per_minute=linkedin.mention_searches_per_minute,
        calls_per_day=linkedin.mention_calls_per_day,
    )
