"""Settings of what users meet: mail, LinkedIn, accounts."""

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from services.kernel.config_group import Group, Words


class MailSettings(Group):
    """Outgoing mail."""

    smtp_url: SecretStr = SecretStr("smtp://127.0.0.1:1025")
    """`smtp://[user:password@]host:port`, or `smtps://` for TLS from the first byte."""
    sender: str = "InErgize <no-reply@inergize.local>"
    """The From address; its domain must be allowed to send through the server above."""


class MailboxSettings(Group):
    """The mail sink of a development stack."""

    url: str = ""
    """Where `GET /api/messages` lists the mail that was caught; empty in production."""


class LinkedinSettings(Group):
    """LinkedIn's application and addresses."""

    oauth_url: str = "https://www.linkedin.com/oauth/v2"
    """Base of the authorization and token endpoints."""
    api_url: str = "https://api.linkedin.com"
    """Base of the API; `/v2` and `/rest` are appended."""
    client_id: str = ""
    """From LinkedIn's developer portal."""
    client_secret: SecretStr = SecretStr("")
    """From LinkedIn's developer portal."""
    redirect_uri: str = "http://127.0.0.1:8080/v1/linkedin/oauth/callback"
    """Must be registered in the developer portal, letter for letter."""
    version: str = Field(default="202609", pattern=r"^\d{6}$")
    """`LinkedIn-Version`, YYYYMM. LinkedIn switches a version off after about a year."""
    scopes: Words = ("openid", "profile", "email", "w_member_social")
    """What members are asked to consent to; each must be granted to the application."""
    timeout_ms: int = Field(default=10_000, ge=100, le=20_000)
    """A slower answer to a write counts as unknown."""
    is_pkce_enabled: bool = False
    """Only where LinkedIn has switched PKCE on for the application; else the exchange fails."""
    media_grace_ms: int = Field(default=3_000, ge=0, le=60_000)
    """How long an image or document may take that the token must not look at, before it is posted;
    too short, and LinkedIn refuses the post."""
    sampled_share: float = Field(default=0, ge=0, le=1)
    """Share of calls whose bodies are noted, without words, names and tokens, to find faults."""
    member_profile_calls_per_day: int = Field(default=500, gt=0)
    """A member's quota for reading the member, until LinkedIn's refusals tell a better number."""
    member_share_calls_per_day: int = Field(default=150, gt=0)
    """A member's quota for posts, files, comments and reactions; likewise."""
    member_network_calls_per_day: int = Field(default=1_000, gt=0)
    """A member's quota for all else; likewise."""
    application_calls_per_day: int = Field(default=100_000, gt=0)
    """The application's quota in each of the three; likewise."""
    mention_searches_per_minute: int = Field(default=20, gt=0)
    """How often a user may search for mentions; more is refused with the time to wait."""
    mention_calls_per_day: int = Field(default=400, gt=0)
    """Calls to LinkedIn that a user's searches may cost; keep it well below the member's quota for
    all else, which reading back and statistics need."""
    partner_products: Words = ()
    """`invitations`, `messages`: what LinkedIn has opened by contract; refused early otherwise."""


class RetentionSettings(Group):
    """How long what came from LinkedIn is kept, in hours.

    The first five are what LinkedIn publishes as the longest. Source:
    https://learn.microsoft.com/en-us/linkedin/marketing/data-storage-requirements
    """

    agreement: str = Field(default="", max_length=200)
    """Name of the agreement with LinkedIn that permits longer periods than those published."""
    own_profile_hours: int = Field(default=24, ge=1)
    """Our member's own profile, after the connection has ended; until then it is kept."""
    other_members_hours: int = Field(default=24, ge=1)
    """What LinkedIn's API tells about other members; raw answers count as that."""
    social_activity_hours: int = Field(default=48, ge=1)
    """Comments, reactions, messages and invitations that LinkedIn's API tells of."""
    organisation_hours: int = Field(default=365 * 24, ge=1)
    """Company pages and their reports."""
    own_post_counts_hours: int = Field(default=365 * 24, ge=1)
    """How often our member's own posts were seen and reacted to."""
    member_archive_hours: int = Field(default=2 * 365 * 24, ge=1)
    """What members have brought themselves."""
    call_records_hours: int = Field(default=92 * 24, ge=1)
    """Our own record of calls to LinkedIn, without their contents."""
    attempts_hours: int = Field(default=183 * 24, ge=1)
    """Our own record of actions that have ended."""

    @model_validator(mode="after")
    def _longer_only_by_agreement(self) -> Self:
        for name in _PUBLISHED:
            longest = type(self).model_fields[name].default
            if getattr(self, name) > longest and not self.agreement:
                raise ValueError(
                    f"{name} is more than the {longest} hours that LinkedIn publishes: name the"
                    " agreement that permits it in RETENTION_AGREEMENT"
                )
        return self


_PUBLISHED = (
    "own_profile_hours",
    "other_members_hours",
    "social_activity_hours",
    "organisation_hours",
    "own_post_counts_hours",
)


class AuthSettings(Group):
    """Accounts and sessions."""

    issuer: str = "inergize"
    """`iss` of access tokens; every service requires it."""
    mfa_issuer: str = Field(default="InErgize", min_length=1, max_length=60, pattern="^[^:]+$")
    """What authenticator apps call this deployment."""
    access_token_seconds: int = Field(default=600, ge=30, le=3600)
    """Life of an access token."""
    session_idle_seconds: int = Field(default=14 * 86400, ge=300)
    """A session unused for this long ends."""
    session_absolute_seconds: int = Field(default=90 * 86400, ge=300)
    """A session ends after this, used or not."""
    argon2_memory_kib: int = Field(default=47_104, ge=47_104)
    """Memory of one password hash. OWASP's minimum for one pass and one lane."""
    argon2_parallel: int = Field(default=0, ge=0, le=64)
    """Password checks at once; 0 for half of the cores, which leaves the others to other calls."""
    verification_seconds: int = Field(default=86_400, ge=60)
    """Life of a mailed verification token."""
    erasure_grace_seconds: int = Field(default=14 * 86_400, ge=0)
    """How long after its deletion was asked for an account is erased; until then it can be kept."""
    caller_cache_seconds: float = Field(default=4.5, ge=0, le=5)
    """A revoked session may be accepted this long by a process that has just seen it."""
    password_reset_seconds: int = Field(default=3_600, ge=60, le=86_400)
    """Life of a mailed token that sets a new password."""
    login_free_failures: int = Field(default=5, ge=1, le=100)
    """Wrong passwords for one account before each next one has to wait: 1 s, 2 s, 4 s ..."""
    login_lock_failures: int = Field(default=10, ge=2, le=100)
    """Wrong passwords for one account that lock it; each further one doubles the lock."""
    login_device_failures: int = Field(default=5, ge=2, le=100)
    """The same on a device that has signed in before, which strangers' failures do not lock."""
    login_lock_seconds: int = Field(default=900, ge=1, le=86_400)
    """The first lock."""
    login_longest_lock_seconds: int = Field(default=86_400, ge=1, le=7 * 86_400)
    """No lock is longer; after a quiet time as long, failures are forgotten."""
    login_address_failures: int = Field(default=100, ge=1)
    """Wrong passwords an hour from one client address (IPv6: /64), whatever the accounts."""
    login_network_failures: int = Field(default=500, ge=1)
    """Wrong passwords an hour from one network (/24; IPv6: /48), whatever the accounts."""
    reset_address_requests: int = Field(default=30, ge=1)
    """Requests for a new password an hour from one client address."""
    reset_network_requests: int = Field(default=150, ge=1)
    """Requests for a new password an hour from one network."""
    register_address_requests: int = Field(default=100, ge=1)
    """Registrations an hour from one client address; each causes a mail to whatever address."""
    register_network_requests: int = Field(default=500, ge=1)
    """Registrations an hour from one network."""
    known_device_seconds: int = Field(default=90 * 86_400, ge=3_600)
    """A device is forgotten when it has not signed in for so long."""


class SmsSettings(Group):
    """Codes by SMS."""

    provider: Literal["none", "twilio"] = "none"
    """Who sends SMS: `twilio`, or whatever speaks its API at SMS_URL; `none` sends none."""
    url: str = "https://api.twilio.com"
    """Base of the provider's API; `/2010-04-01/Accounts/...` is appended."""
    account_sid: str = ""
    """The account's id, which is also the user name."""
    auth_token: SecretStr = SecretStr("")
    """The account's password."""
    sender: str = ""
    """The number that SMS come from, in E.164 form, or a sender's name that the account may use."""
    timeout_ms: int = Field(default=10_000, ge=100, le=20_000)
    """A slower answer counts as none; the SMS is then tried again."""
