"""As whom a member may publish: oneself, and the company pages that one administers."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.kernel.db import Database
from services.profile import store as profiles
from services.profile.errors import NotConnected
from services.profile.model import member_urn
from services.profile.reading import store
from services.profile.reading.model import PageAuthor

WRITE_AS_MEMBER = "w_member_social"
WRITE_AS_PAGE = "w_organization_social"


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody as whom a post may be published, if `missing_scope` is empty.

    `page` is what was last read of a company page; None for the member.
    """

    urn: str
    name: str
    missing_scope: str
    picture_url: str = ""
    page: PageAuthor | None = None


class Authors:
    """Lists authors from what was last read: no call to LinkedIn."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, user_id: UUID) -> Sequence[Author]:
        """The member first, then the pages by name. Raises NotConnected."""
        profile = await profiles.get_profile(self._db, user_id)
        if profile is None:
            raise NotConnected
        scopes = await store.get_scopes(self._db, user_id)
        member = Author(
            member_urn(profile.linkedin_id),
            profile.name or "",
            _missing(WRITE_AS_MEMBER, scopes),
            profile.profile_picture_url or "",
        )
        pages = await store.list_pages(self._db, user_id)
        missing = _missing(WRITE_AS_PAGE, scopes)
        return [member, *(Author(page.urn, page.name, missing, page=page) for page in pages)]


def _missing(scope: str, scopes: frozenset[str]) -> str:
    return "" if scope in scopes else scope
