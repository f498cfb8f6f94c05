"""The URLs by which a running stack is reached: embedded ones composed, external ones as given."""

from urllib.parse import quote, urlsplit, urlunsplit

from stack.names import SMS_PROVIDER
from stack.ports import LOOPBACK
from stack.secrets import Secrets
from stack.topology import Topology

DATABASE_NAME = "inergize"
BUCKET = "inergize"
OWNER = "inergize_migrator"
"""The role that owns every table."""


def admin_database_url(topology: Topology, secrets: Secrets) -> str | None:
    """The DSN for bootstrap: our superuser's, or the external URL unless that is the owner's.

    None when roles and database are somebody else's care: `inergize bootstrap` has made them.
    """
    if topology.is_embedded("DATABASE_URL"):
        password = secrets.database_password("superuser")
        return _dsn(topology, f"postgres:{password}", "postgres")
    given = urlsplit(topology.external["DATABASE_URL"])
    if given.username == OWNER:
        return None
    # The product's database may have to be made first; this one is there on every server.
    return urlunsplit(given._replace(path="/postgres"))


def database_name(topology: Topology) -> str:
    """The database of the product; an external URL may name another."""
    if topology.is_embedded("DATABASE_URL"):
        return DATABASE_NAME
    named = urlsplit(topology.external["DATABASE_URL"]).path.strip("/")
    return named if named not in {"", "postgres"} else DATABASE_NAME


def owner_database_url(topology: Topology, secrets: Secrets) -> str:
    """The DSN of the owner of every table: for migrations and for looking around."""
    if admin_database_url(topology, secrets) is None:
        return topology.external["DATABASE_URL"]
    return database_url(topology, "migrator", secrets.database_password("migrator"))


def database_url(topology: Topology, role: str, password: str | None = None) -> str:
    """The DSN of one of our roles, by its short name; without a password the caller adds it."""
    credentials = _credentials(role, password)
    name = database_name(topology)
    if topology.is_embedded("DATABASE_URL"):
        return _dsn(topology, credentials, name)
    return _with_credentials(topology.external["DATABASE_URL"], credentials, name)


def owner_timeseries_url(topology: Topology, secrets: Secrets) -> str:
    """The owner's DSN of the time series: its own database only when one was given."""
    given = topology.external.get("TIMESERIES_URL")
    return given or owner_database_url(topology, secrets)


def timeseries_url(topology: Topology, role: str) -> str:
    """The DSN of the time series for one of our roles, without a password."""
    if topology.is_embedded("TIMESERIES_URL"):
        return database_url(topology, role)
    given = topology.external["TIMESERIES_URL"]
    return _with_credentials(given, _credentials(role), urlsplit(given).path.strip("/"))


def redis_url(topology: Topology, secrets: Secrets) -> str:
    """State and cache."""
    return topology.external.get("REDIS_URL") or _valkey(
        secrets.values["REDIS_PASSWORD"], topology.ports["redis"]
    )


def broker_url(topology: Topology, secrets: Secrets) -> str:
    """The queues' broker: a server of its own, which never evicts."""
    return topology.external.get("BROKER_URL") or _valkey(
        secrets.values["BROKER_PASSWORD"], topology.ports["broker"]
    )


def s3_url(topology: Topology) -> str:
    """The endpoint of object storage; keys and bucket are settings of their own."""
    own = f"http://{LOOPBACK}:{topology.ports['s3']}"
    return topology.external.get("S3_URL", own)


def mail_smtp_url(topology: Topology) -> str:
    """Where mail is handed in."""
    own = f"smtp://{LOOPBACK}:{topology.ports['mail_smtp']}"
    return topology.external.get("MAIL_SMTP_URL", own)


def mailbox_url(topology: Topology) -> str | None:
    """Where the mail sink shows what it took; None when mail goes to a real server."""
    if not topology.is_embedded("MAIL_SMTP_URL"):
        return None
    return f"http://{LOOPBACK}:{topology.ports['mail_http']}"


def linkedin_urls(topology: Topology) -> tuple[str, str]:
    """LinkedIn's OAuth base and API base."""
    sandbox = f"http://{LOOPBACK}:{topology.ports['linkedin']}"
    return (
        topology.external.get("LINKEDIN_OAUTH_URL", f"{sandbox}/oauth/v2"),
        topology.external.get("LINKEDIN_API_URL", sandbox),
    )


def linkedin_redirect_uri(topology: Topology) -> str:
    """Where LinkedIn sends the member's browser back to."""
    own = f"{topology.edge_url}/v1/linkedin/oauth/callback"
    return topology.external.get("LINKEDIN_REDIRECT_URI", own)


def sms_url(topology: Topology) -> str | None:
    """The SMS sandbox; None when a real provider was named, or none at all."""
    if not topology.is_embedded(SMS_PROVIDER):
        return None
    return f"http://{LOOPBACK}:{topology.ports['sms']}"


def loopback_port(url: str) -> int | None:
    """The port of a URL that leads to this machine itself, or None."""
    parts = urlsplit(url)
    return parts.port if parts.hostname == LOOPBACK else None


def _dsn(topology: Topology, credentials: str, database: str) -> str:
    return f"postgresql://{credentials}@{LOOPBACK}:{topology.ports['postgres']}/{database}"


def _valkey(password: str, port: int) -> str:
    return f"redis://:{password}@{LOOPBACK}:{port}/0"


def _credentials(role: str, password: str | None = None) -> str:
    user = f"inergize_{role}"
    return f"{user}:{quote(password, safe='')}" if password else user


def _with_credentials(url: str, credentials: str, database: str) -> str:
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{credentials}@{address}", path=f"/{database}"))
