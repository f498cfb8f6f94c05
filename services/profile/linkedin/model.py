"""What goes to LinkedIn and comes back, in our own words; tokens never show in a `repr`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Self


class Visibility(StrEnum):
    """Who may see a post."""

    PUBLIC = "PUBLIC"
    CONNECTIONS = "CONNECTIONS"
    LOGGED_IN = "LOGGED_IN"


@dataclass(frozen=True, slots=True)
class TokenSet:
    """What the token endpoint granted; times are aware, UTC.

    `refresh_token` is None when LinkedIn gave none: only some apps get one. Keep an earlier one.
    Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow
    """

    access_token: str = field(repr=False)
    expires_at: datetime
    scopes: frozenset[str]
    refresh_token: str | None = field(default=None, repr=False)
    refresh_expires_at: datetime | None = None

    @classmethod
    def from_answer(cls, body: Mapping[str, Any], received_at: datetime) -> Self:
        """Read the JSON answer. Raises KeyError, TypeError or ValueError when it is not one."""
        refresh_seconds = body.get("refresh_token_expires_in")
        return cls(
            access_token=_text(body["access_token"]),
            expires_at=received_at + timedelta(seconds=int(body["expires_in"])),
            # Documented with spaces between scopes, sent with commas.
            scopes=frozenset(re.split(r"[ ,]+", _text(body["scope"]))) - {""},
            refresh_token=body.get("refresh_token") or None,
            refresh_expires_at=(
                received_at + timedelta(seconds=int(refresh_seconds)) if refresh_seconds else None
            ),
        )


@dataclass(frozen=True, slots=True)
class UserInfo:
    """The signed-in member. `subject` is the member's id for this app alone.

    Source: https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2
    """

    subject: str
    name: str
    given_name: str
    family_name: str
    picture_url: str | None
    locale: str | None
    email: str | None
    is_email_verified: bool

    @property
    def urn(self) -> str:
        """The member as an author or actor."""
        return f"urn:li:person:{self.subject}"

    @classmethod
    def from_answer(cls, body: Mapping[str, Any]) -> Self:
        """Read the JSON answer. Raises KeyError or TypeError when it is not one."""
        return cls(
            subject=_text(body["sub"]),
            name=str(body.get("name", "")),
            given_name=str(body.get("given_name", "")),
            family_name=str(body.get("family_name", "")),
            picture_url=body.get("picture"),
            locale=_locale(body.get("locale")),
            email=body.get("email"),
            # A boolean live, a string in one documented sample.
            is_email_verified=str(body.get("email_verified", False)).lower() == "true",
        )


@dataclass(frozen=True, slots=True)
class ArticleLink:
    """A link shown under a post. LinkedIn reads nothing from the page: the title is ours."""

    source_url: str
    title: str
    description: str = ""
    thumbnail_urn: str = ""


@dataclass(frozen=True, slots=True)
class Asset:
    """An uploaded picture, document or video; pictures have an alternative text, others a title."""

    urn: str
    title: str = ""
    alt_text: str = ""


@dataclass(frozen=True, slots=True)
class Pictures:
    """2 to 20 uploaded pictures in one post."""

    assets: tuple[Asset, ...]


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll with 2 to 4 options; `duration` is LinkedIn's word, such as `THREE_DAYS`."""

    question: str
    options: tuple[str, ...]
    duration: str


PostContent = ArticleLink | Asset | Pictures | Poll


@dataclass(frozen=True, slots=True)
class PostDraft:
    """A post to publish; `text` is what readers shall see, with mentions as `@[Name](urn)`."""

    author_urn: str
    text: str
    visibility: Visibility = Visibility.PUBLIC
    content: PostContent | None = None
    is_reshare_disabled: bool = False
    reshared_urn: str = ""
    """The post that is posted again."""


@dataclass(frozen=True, slots=True)
class Post:
    """A post as LinkedIn holds it; `commentary` is little text, times are aware, UTC."""

    urn: str
    author_urn: str
    commentary: str
    visibility: str
    lifecycle_state: str
    created_at: datetime
    modified_at: datetime
    reshared_urn: str = ""
    """The post that it posts again."""

    @classmethod
    def from_answer(cls, body: Mapping[str, Any]) -> Self:
        """Read the JSON answer. Raises KeyError, TypeError or ValueError when it is not one."""
        return cls(
            urn=_text(body["id"]),
            author_urn=_text(body["author"]),
            commentary=str(body.get("commentary", "")),
            visibility=_text(body["visibility"]),
            lifecycle_state=_text(body["lifecycleState"]),
            created_at=_from_ms(body["createdAt"]),
            modified_at=_from_ms(body.get("lastModifiedAt", body["createdAt"])),
            reshared_urn=str((body.get("reshareContext") or {}).get("parent", "")),
        )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _from_ms(value: float) -> datetime:
    return datetime.fromtimestamp(int(value) / 1000, UTC)


def _locale(value: object) -> str | None:
    if isinstance(value, Mapping):  # live answers; a documented sample has a plain string
        return "_".join(str(value[k]) for k in ("language", "country") if value.get(k))
    return value if isinstance(value, str) else None
