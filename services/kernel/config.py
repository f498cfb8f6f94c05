"""Settings: the only reader of the environment.

Each group's fields are named by `<GROUP>_<FIELD>`: `DATABASE_URL` is `settings.database.url`.
`docs/settings.md` is generated from the docstrings below.
"""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)


class Group(BaseModel):
    """A group of settings: read once, at start, and never changed."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, extra="ignore")


class Key(BaseModel):
    """One symmetric key."""

    model_config = ConfigDict(frozen=True)

    id: str
    """Written beside everything the key protects, so that it can be rotated."""
    key: SecretStr
    """32 random bytes, base64."""


class InergizeSettings(Group):
    """The deployment."""

    env: Literal["development", "production"] = "development"
    """`production` refuses sandboxes, generated keys and a plain-HTTP edge."""
    data_dir: Path = Path(".inergize")
    """Where `inergize up` keeps its databases, files, logs and secrets."""


class DatabaseSettings(Group):
    """PostgreSQL."""

    url: SecretStr | None = None
    """Owner's DSN. Services use only its host and database, in roles of their own."""
    passwords: dict[str, SecretStr] = Field(default_factory=dict)
    """JSON, service to password of its role `inergize_<service>`; a process gets only its own."""
    pool_max_size: int = Field(default=8, ge=1, le=100)
    """Connections one service may open; all together must stay below PostgreSQL's limit."""
    statement_timeout_ms: int = Field(default=20_000, ge=100)
    """Backstop for a statement whose call has gone; each call's own deadline cancels earlier."""


class TimeseriesSettings(Group):
    """The time series."""

    url: SecretStr | None = None
    """DSN of the time-series database; the main database when unset."""


class RedisSettings(Group):
    """State and cache."""

    url: SecretStr = SecretStr("redis://127.0.0.1:6379/0")
    """Nothing here is the only copy of anything; losing it costs time, never correctness."""


class BrokerSettings(Group):
    """Dramatiq's queues."""

    url: SecretStr = SecretStr("redis://127.0.0.1:6380/0")
    """One unclustered Redis with noeviction and AOF, apart from REDIS_URL."""
    heartbeat_timeout_ms: int = Field(default=15_000, ge=2_000)
    """After this silence a worker counts as dead and its messages are delivered again."""
    worker_threads: int = Field(default=8, ge=1, le=64)
    """Messages a worker process takes at once."""


class S3Settings(Group):
    """Files."""

    url: str = "http://127.0.0.1:9000"
    """Endpoint of an S3-compatible store."""
    access_key: str = ""
    """Access key id."""
    secret_key: SecretStr = SecretStr("")
    """Secret access key."""
    bucket: str = "inergize"
    """The one private bucket."""
    region: str = "us-east-1"
    """Region that requests are signed for."""


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
    scopes: Annotated[tuple[str, ...], NoDecode] = ("openid", "profile", "email", "w_member_social")
    """What members are asked to consent to; each must be granted to the application."""
    timeout_ms: int = Field(default=10_000, ge=100, le=20_000)
    """A slower answer to a write counts as unknown."""
    is_pkce_enabled: bool = False
    """Only where LinkedIn has switched PKCE on for the application; else the exchange fails."""

    @field_validator("scopes", mode="before")
    @classmethod
    def _split_scopes(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


class MeshSettings(Group):
    """Service to service."""

    address: str = "127.0.0.1:8081"
    """Envoy's mesh listener."""
    signing_keys: dict[str, SecretStr] = Field(default_factory=dict)
    """JSON, caller to Ed25519 private seed (base64); a process gets only its own."""
    public_keys: dict[str, str] = Field(default_factory=dict)
    """JSON, caller to Ed25519 public key (base64), for all."""


class CryptoSettings(Group):
    """Keys. In each list the first protects, all open."""

    encryption_keys: tuple[Key, ...] = ()
    """JSON list of {id, key}: seals stored secrets. Losing one loses what it sealed."""
    hash_keys: tuple[Key, ...] = ()
    """JSON list of {id, key}: hashes stored tokens. Removing one ends the sessions that name it."""
    audit_keys: tuple[Key, ...] = ()
    """JSON list of {id, key}: signs audit seals."""


class ServerSettings(Group):
    """A service process."""

    host: str = "127.0.0.1"
    """Address the gRPC and metrics ports listen on."""
    port: int = Field(default=9000, ge=0, le=65535)
    """gRPC port; further services in the same process take the next ones."""
    metrics_port: int = Field(default=9100, ge=0, le=65535)
    """HTTP port of `/metrics` and `/healthz`."""
    drain_seconds: float = Field(default=1.5, ge=0, le=60)
    """Between NOT_SERVING and closing: Envoy must have noticed."""
    grace_seconds: float = Field(default=10, ge=0, le=120)
    """Running calls may take this long after that."""


class EdgeSettings(Group):
    """What the outside sees."""

    public_url: str = "http://127.0.0.1:8080"
    """Where users reach the edge; links in mails begin with it."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins whose browsers may call, comma separated; none by default."""
    requests_per_second: int = Field(default=5_000, ge=1)
    """Requests a second from one address before the edge sheds them with 429."""
    request_burst: int = Field(default=10_000, ge=1)
    """Requests from one address at once before the edge sheds them with 429."""
    trusted_hops: int = Field(default=0, ge=0, le=10)
    """Proxies of yours in front of the edge, whose X-Forwarded-For is believed."""
    front_end_url: str = ""
    """Front end that links in mails open; the built-in answers when empty."""

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


class AuthSettings(Group):
    """Accounts and sessions."""

    issuer: str = "inergize"
    """`iss` of access tokens; every service requires it."""
    access_token_seconds: int = Field(default=600, ge=30, le=3600)
    """Life of an access token."""
    session_idle_seconds: int = Field(default=14 * 86400, ge=300)
    """A session unused for this long ends."""
    session_absolute_seconds: int = Field(default=90 * 86400, ge=300)
    """A session ends after this, used or not."""
    argon2_memory_kib: int = Field(default=47_104, ge=47_104)
    """Memory of one password hash. OWASP's minimum for one pass and one lane."""
    argon2_parallel: int = Field(default=2, ge=1, le=64)
    """Password checks at once; more than the machine has cores only makes each slower."""
    verification_seconds: int = Field(default=86_400, ge=60)
    """Life of a mailed verification token."""
    caller_cache_seconds: float = Field(default=4.5, ge=0, le=5)
    """A revoked session may be accepted this long by a process that has just seen it."""


class LogSettings(Group):
    """Logs."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """Least level written."""
    format: Literal["json", "text"] = "json"
    """`text` is for reading along."""


class _Variables(EnvSettingsSource):
    """The environment. A group's bare name is somebody else's variable, never a setting.

    Every login shell sets MAIL to the path of its user's mailbox.
    """

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """See the base class."""
        value, key, is_complex = super().get_field_value(field, field_name)
        is_group = isinstance(field.default, Group)
        return None if is_group else value, key, is_complex

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """The value of its JSON; what is none stays as it is, and is refused by its full name."""
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


class Settings(BaseSettings):
    """Everything that can be set from outside. A variable that is empty counts as not set."""

    model_config = SettingsConfigDict(
        frozen=True,
        env_nested_delimiter="_",
        env_nested_max_split=1,
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What code gives, then the environment; nothing is read from files."""
        del env_settings, dotenv_settings, file_secret_settings
        return init_settings, _Variables(settings_cls)

    registration: Literal["open", "invitation", "closed"] = "open"
    """Who may register: anyone, holders of an invitation, or nobody."""
    inergize: InergizeSettings = InergizeSettings()
    database: DatabaseSettings = DatabaseSettings()
    timeseries: TimeseriesSettings = TimeseriesSettings()
    redis: RedisSettings = RedisSettings()
    broker: BrokerSettings = BrokerSettings()
    s3: S3Settings = S3Settings()
    mail: MailSettings = MailSettings()
    mailbox: MailboxSettings = MailboxSettings()
    linkedin: LinkedinSettings = LinkedinSettings()
    mesh: MeshSettings = MeshSettings()
    crypto: CryptoSettings = CryptoSettings()
    server: ServerSettings = ServerSettings()
    edge: EdgeSettings = EdgeSettings()
    auth: AuthSettings = AuthSettings()
    log: LogSettings = LogSettings()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once. Raises pydantic.ValidationError naming the field."""
    return Settings()
