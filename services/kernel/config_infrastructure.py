"""Settings of what the rooms stand on: databases, files, keys, the wire."""

from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from services.kernel.config_group import Group, Key, Words


class InergizeSettings(Group):
    """The deployment."""

    env: Literal["development", "production"] = "development"
    """`production` refuses sandboxes, generated keys, a plain-HTTP edge and trusted networks."""
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

    @field_validator("encryption_keys", "hash_keys", "audit_keys")
    @classmethod
    def _usable(cls, keys: tuple[Key, ...]) -> tuple[Key, ...]:
        """Refuse bad keys at start, by the variable's name, rather than at their first use."""
        for key in keys:
            key.raw()
        if len({key.id for key in keys}) != len(keys):
            raise ValueError("an id is there twice")
        return keys


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
    cors_origins: Words = ()
    """Origins whose browsers may call, comma separated; none by default."""
    requests_per_second: int = Field(default=5_000, ge=1)
    """Requests a second from one address before the edge sheds them with 429."""
    request_burst: int = Field(default=10_000, ge=1)
    """Requests from one address at once before the edge sheds them with 429."""
    trusted_hops: int = Field(default=0, ge=0, le=10)
    """Proxies of yours in front of the edge, whose X-Forwarded-For is believed."""
    front_end_url: str = ""
    """Front end that links in mails open; the built-in answers when empty."""


class EgressSettings(Group):
    """Requests to addresses that users give: webhooks and push services."""

    trusted_networks: Words = ()
    """Networks, such as `127.0.0.0/8`, that they may lead to besides public ones, also without TLS.
    Whoever can give an address reaches everything in there: production refuses them."""

    @field_validator("trusted_networks")
    @classmethod
    def _networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            ip_network(network)
        return networks


class LogSettings(Group):
    """Logs."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """Least level written."""
    format: Literal["json", "text"] = "json"
    """`text` is for reading along."""
