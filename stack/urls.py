"""The URLs by which a running stack is reached: embedded ones composed, external ones as given."""

from urllib.parse import quote, urlsplit, urlunsplit

from stack.ports import LOOPBACK
from stack.secrets import Secrets
from stack.topology import Topology

DATABASE_NAME = "inergize"
BUCKET = "inergize"


def admin_database_url(topology: Topology, secrets: Secrets) -> str:
    """The superuser's DSN, for bootstrap; an external DATABASE_URL stands for it."""
    if not topology.is_embedded("DATABASE_URL"):
        return topology.external["DATABASE_URL"]
    password = secrets.database_password("superuser")
    return _dsn(topology, f"postgres:{password}", "postgres")


def owner_database_url(topology: Topology, secrets: Secrets) -> str:
    """The DSN of the owner of every table: for migrations and for looking around."""
    return database_url(topology, "migrator", secrets.database_password("migrator"))


def database_url(topology: Topology, role: str, password: str | None = None) -> str:
    """The DSN of one of our roles, by its short name; without a password the caller adds it."""
    user = f"inergize_{role}"
    credentials = f"{user}:{quote(password, safe='')}" if password else user
    if topology.is_embedded("DATABASE_URL"):
        return _dsn(topology, credentials, DATABASE_NAME)
    return _with_credentials(topology.external["DATABASE_URL"], credentials)


def timeseries_url(topology: Topology, role: str, password: str | None = None) -> str:
    """The DSN of the time series: a database of its own only when one was given."""
    if topology.is_embedded("TIMESERIES_URL"):
        return database_url(topology, role, password)
    user = f"inergize_{role}"
    credentials = f"{user}:{quote(password, safe='')}" if password else user
    return _with_credentials(topology.external["TIMESERIES_URL"], credentials)


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


def loopback_port(url: str) -> int | None:
    """The port of a URL that leads to this machine itself, or None."""
    parts = urlsplit(url)
    return parts.port if parts.hostname == LOOPBACK else None


def _dsn(topology: Topology, credentials: str, database: str) -> str:
    return f"postgresql://{credentials}@{LOOPBACK}:{topology.ports['postgres']}/{database}"


def _valkey(password: str, port: int) -> str:
    return f"redis://:{password}@{LOOPBACK}:{port}/0"


def _with_credentials(url: str, credentials: str) -> str:
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{credentials}@{address}"))
