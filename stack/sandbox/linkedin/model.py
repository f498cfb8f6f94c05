"""The things the sandbox deals in."""

from dataclasses import dataclass, field
from typing import Any

SIGN_IN_SCOPES = frozenset({"openid", "profile", "email"})
SHARE_SCOPES = frozenset({"w_member_social"})

KNOWN_SCOPES = frozenset(
    SIGN_IN_SCOPES
    | SHARE_SCOPES
    | {
        "r_liteprofile",
        "r_basicprofile",
        "r_emailaddress",
        "r_member_social",
        "r_member_postAnalytics",
        "r_member_profileAnalytics",
        "r_organization_social",
        "w_organization_social",
        "rw_organization_admin",
        "r_1st_connections",
        "r_1st_connections_size",
        "w_member_social_feed",
    }
)


@dataclass(frozen=True, slots=True)
class SandboxApp:
    """A registered application: its credentials and what LinkedIn has switched on for it."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uris: tuple[str, ...]
    scopes: frozenset[str] = SIGN_IN_SCOPES | SHARE_SCOPES
    has_refresh_tokens: bool = True
    has_pkce: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A person with an account; `id` is what this app knows the person by."""

    id: str
    given_name: str
    family_name: str
    email: str
    is_email_verified: bool
    picture_url: str
    language: str
    country: str

    @property
    def urn(self) -> str:
        """The member as an author."""
        return f"urn:li:person:{self.id}"

    @property
    def name(self) -> str:
        """Both names, as shown."""
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, slots=True)
class Grant:
    """What an access or refresh token stands for."""

    client_id: str
    member_id: str
    scope: str
    issued_ms: int
    expires_ms: int
    is_revoked: bool

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes as a set."""
        return frozenset(self.scope.split())

    @property
    def member_urn(self) -> str:
        """Whom the token acts for."""
        return f"urn:li:person:{self.member_id}"


@dataclass(frozen=True, slots=True)
class StoredPost:
    """A post as kept; `body` is what was sent, `deleted_ms` None while it is up."""

    urn: str
    author: str
    body: dict[str, Any]
    rendered: str
    is_cut: bool
    created_ms: int
    deleted_ms: int | None
