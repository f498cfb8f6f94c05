"""The things the sandbox deals in."""

from dataclasses import dataclass, field
from typing import Any

from stack.sandbox.linkedin.products import PRODUCTS, scopes_of

SIGN_IN_SCOPES = PRODUCTS["sign-in"].scopes
SHARE_SCOPES = PRODUCTS["share"].scopes


@dataclass(frozen=True, slots=True)
class SandboxApp:
    """The application that the sandbox is started for, as whoever starts it describes it.

    `issuer` is what ID tokens name as theirs; "" for the sandbox's own address.
    """

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uris: tuple[str, ...]
    scopes: frozenset[str] = SIGN_IN_SCOPES | SHARE_SCOPES
    has_refresh_tokens: bool = True
    has_pkce: bool = False
    name: str = "InErgize"
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class App:
    """A registered application: how it proves itself, and what is switched on for it.

    `single_scopes` are granted beside those of the products.
    """

    client_id: str
    secret_digest: str = field(repr=False)
    name: str
    redirect_uris: tuple[str, ...]
    products: frozenset[str]
    single_scopes: frozenset[str]
    has_refresh_tokens: bool
    has_pkce: bool

    @property
    def scopes(self) -> frozenset[str]:
        """All that a member can be asked for."""
        return self.single_scopes | scopes_of(self.products)


@dataclass(frozen=True, slots=True)
class Member:
    """A person with an account; `id` is the sandbox's own (`pairwise` has the others)."""

    id: str
    given_name: str
    family_name: str
    email: str
    is_email_verified: bool
    picture_url: str
    language: str
    country: str
    headline: str
    vanity_name: str

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
    """What an access or refresh token stands for.

    `grant_id` is common to all tokens that came of one consent, given at `authorized_ms`.
    """

    client_id: str
    member_id: str
    scope: str
    grant_id: str
    authorized_ms: int
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
    """A post as kept; `body` is what was sent, `deleted_ms` None while it is up.

    `activity` is its other URN, by which comments and reactions name it; `published_ms` is None
    for a draft.
    """

    urn: str
    author: str
    body: dict[str, Any]
    rendered: str
    is_cut: bool
    activity: str
    is_edited: bool
    has_comments_closed: bool
    created_ms: int
    modified_ms: int
    published_ms: int | None
    deleted_ms: int | None

    @property
    def state(self) -> str:
        """LinkedIn's word for where it is in its life."""
        return str(self.body["lifecycleState"])
