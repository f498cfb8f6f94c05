"""One look at everything that LinkedIn tells of a member."""

import asyncio

from services.profile.linkedin.client import LinkedIn
from services.profile.linkedin.organisations import Organisation, ShareStatistics
from services.profile.reading.model import MemberReading, PageReading
from services.profile.reading.readables import CONNECTIONS, FOLLOWERS, PAGES
from services.profile.reading.sessions import Session

MOST_PAGES = 20
"""Pages of one member whose figures are read; the names of the others are."""


async def read_member(linkedin: LinkedIn, session: Session) -> MemberReading:
    """Read the member's identity, then the rest at once: a dead token costs one call.

    Raises LinkedInErrors; what LinkedIn withholds is None.
    """
    info = await session.identity(linkedin.userinfo)
    reads = linkedin.reads
    followers, connections, pages = await asyncio.gather(
        session.read(FOLLOWERS, reads.analytics.followers),
        session.read(
            CONNECTIONS, lambda token: reads.network.connections(token, session.member_urn)
        ),
        read_pages(linkedin, session),
    )
    return MemberReading(info, followers, connections, pages, session.withheld)


async def read_pages(linkedin: LinkedIn, session: Session) -> list[PageReading] | None:
    """The pages that the member administers, with their figures; None when withheld."""
    organisations = linkedin.reads.organisations
    urns = await session.read(PAGES, organisations.administered)
    if not urns:
        return None if urns is None else []
    named = await session.read(PAGES, lambda token: organisations.get_many(token, urns))
    if named is None:
        return None
    return list(
        await asyncio.gather(
            *(_read_page(linkedin, session, page, place) for place, page in enumerate(named))
        )
    )


async def _read_page(
    linkedin: LinkedIn, session: Session, page: Organisation, place: int
) -> PageReading:
    if place >= MOST_PAGES:
        return PageReading(page, None, None)
    reads = linkedin.reads
    followers: int | None = await session.read(
        PAGES, lambda token: reads.network.page_followers(token, page.urn)
    )
    statistics: ShareStatistics | None = await session.read(
        PAGES, lambda token: reads.organisations.share_statistics(token, page.urn)
    )
    return PageReading(page, followers, statistics)
