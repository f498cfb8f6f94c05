"""Whom a post can mention, as far as LinkedIn lets us look them up.

LinkedIn has no search for members in general. What it opens: the member, the pages that they
administer, a company page by the last part of its address, and the followers of one's own pages.
Source: docs/decisions/0137-whom-a-post-can-mention.md
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from uuid import UUID

from services.kernel.db import Database
from services.profile.linkedin.client import LinkedIn
from services.profile.linkedin.errors import LinkedInError
from services.profile.reading.authors import Author, Authors
from services.profile.reading.errors import ReadingUnavailable
from services.profile.reading.model import Withheld
from services.profile.reading.readables import PAGE_FOLLOWERS, PAGES
from services.profile.reading.search_limit import SearchLimit
from services.profile.reading.sessions import Session, Sessions
from services.profile.usage.recording import ApiUsage

PAGES_ASKED = 3
"""Of which pages' followers at most are searched: each is a call."""
_ADDRESS = re.compile(
    r"(?:https?://)?(?:[a-z]+\.)?linkedin\.com/company/([^/?#]+).*", re.IGNORECASE
)
_NOT_IN_ADDRESS = re.compile(r"[^a-z0-9-]+")


class MentionKind(Enum):
    """What is mentioned."""

    PERSON = "person"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody whom a post can mention; `name` is LinkedIn's spelling, which the link needs."""

    kind: MentionKind
    urn: str
    name: str
    headline: str = ""

    @property
    def markup(self) -> str:
        """What to put into a post's text."""
        return f"@[{self.name}]({self.urn})"


@dataclass(frozen=True, slots=True)
class MentionsFound:
    """Whom was found, and where could not be looked."""

    mentions: Sequence[Mention]
    withheld: Sequence[Withheld]
    has_searched_people: bool
    """Whether members other than the user were looked for: only followers of own pages can be."""


class Mentions:
    """Looks up whom to mention."""

    def __init__(
        self,
        db: Database,
        sessions: Sessions,
        linkedin: LinkedIn,
        usage: ApiUsage,
        *,
        limit: SearchLimit,
    ) -> None:
        self._authors = Authors(db)
        self._sessions = sessions
        self._linkedin = linkedin
        self._usage = usage
        self._limit = limit

    async def search(self, user_id: UUID, text: str, limit: int) -> MentionsFound:
        """At most `limit` whose name begins like `text`, or whose address it is.

        Raises NotConnected, ConnectionResting, SearchTooOften, ReadingUnavailable.
        """
        own = await self._authors.of(user_id)
        await self._limit.admit(user_id)
        try:
            with self._usage.of(user_id):
                return await self._sessions.use(
                    user_id, partial(self._search, own=own, text=text, limit=limit)
                )
        except LinkedInError as failed:
            raise ReadingUnavailable from failed

    async def _search(
        self, session: Session, *, own: Sequence[Author], text: str, limit: int
    ) -> MentionsFound:
        named = await self._page_named(session, text)
        followers = await self._followers(session, own, text)
        found = {one.urn: one for one in (*_own_matching(own, text), *named, *followers)}
        has_pages = any(one.page is not None for one in own)
        is_open = PAGE_FOLLOWERS.name not in {one.name for one in session.withheld}
        return MentionsFound(list(found.values())[:limit], session.withheld, has_pages and is_open)

    async def _page_named(self, session: Session, text: str) -> list[Mention]:
        name = vanity_name(text)
        if not name:
            return []
        pages = await session.read(
            PAGES, lambda token: self._linkedin.reads.organisations.named(token, name)
        )
        return [Mention(MentionKind.ORGANISATION, page.urn, page.name) for page in pages or ()]

    async def _followers(self, session: Session, own: Sequence[Author], text: str) -> list[Mention]:
        found: list[Mention] = []
        for author in [one for one in own if one.page is not None][:PAGES_ASKED]:
            named = await session.read(
                PAGE_FOLLOWERS,
                partial(
                    self._linkedin.reads.people.followers_named,
                    organisation_urn=author.urn,
                    keywords=text,
                ),
            )
            found += [
                Mention(MentionKind.PERSON, one.urn, one.name, one.headline) for one in named or ()
            ]
        return found


def vanity_name(text: str) -> str:
    """The last part of a page's address that `text` may mean: an address, or a name; "" for none.

    "https://www.linkedin.com/company/acme-corp/" and "Acme Corp" both mean `acme-corp`.
    """
    address = _ADDRESS.fullmatch(text.strip())
    return _NOT_IN_ADDRESS.sub("-", (address[1] if address else text).strip().lower()).strip("-")


def _own_matching(own: Sequence[Author], text: str) -> list[Mention]:
    wanted = text.strip().casefold()
    return [
        Mention(MentionKind.PERSON if one.page is None else MentionKind.ORGANISATION,
                one.urn, one.name)
        for one in own
        if any(part.startswith(wanted) for part in _beginnings(one.name.casefold()))
    ]  # fmt: skip


def _beginnings(name: str) -> list[str]:
    """A name from each of its words on: "ada lovelace" is found under "love" too."""
    words = name.split()
    return [" ".join(words[place:]) for place in range(len(words))]
