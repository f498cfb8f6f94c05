"""What must be right before anything is started; each refusal is one line."""

import ssl
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from stack.data_dir import DataDir
from stack.embedded.postgres_cluster import check
from stack.errors import StackError
from stack.names import LINKEDIN_URLS, SMS_ACCOUNT, SMS_PROVIDER
from stack.ports import why_not_free
from stack.topology import Topology
from stack.urls import OWNER

_KEYS = (
    "CRYPTO_ENCRYPTION_KEYS",
    "CRYPTO_HASH_KEYS",
    "CRYPTO_AUDIT_KEYS",
    "MESH_SIGNING_KEYS",
    "MESH_PUBLIC_KEYS",
)
_LINKEDIN_APPLICATION = ("LINKEDIN_CLIENT_ID", "LINKEDIN_CLIENT_SECRET")


def check_data(place: DataDir, topology: Topology) -> None:
    """Refuse a data directory whose database this version cannot open, or whose keys are gone."""
    if not topology.is_embedded("DATABASE_URL"):
        return
    if check(place.part("postgres")) and not place.secrets.exists():
        raise StackError(
            f"{place.secrets} is gone, and without it the data beside it cannot be read:"
            " put it back from a copy, or remove the data directory to start afresh"
        )


def check_database_url(topology: Topology, given: Mapping[str, str]) -> None:
    """Refuse the owner's URL of a real database without the passwords of the services' roles."""
    url = topology.external.get("DATABASE_URL", "")
    if urlsplit(url).username == OWNER and "DATABASE_PASSWORDS" not in given:
        raise StackError(
            f"DATABASE_URL is that of {OWNER}, so DATABASE_PASSWORDS must hold the services'"
            " passwords: a JSON object by service"
        )


def check_linkedin(topology: Topology) -> None:
    """Refuse one of LinkedIn's two addresses without the other: half of it would be the sandbox."""
    missing = [name for name in LINKEDIN_URLS if topology.is_embedded(name)]
    if len(missing) == 1:
        raise StackError(f"{' and '.join(LINKEDIN_URLS)} go together; set {missing[0]} too")


def check_sms(given: Mapping[str, str]) -> None:
    """Refuse a provider of SMS that we do not know, or that nothing is known of."""
    provider = given.get(SMS_PROVIDER) or "none"
    if provider not in ("none", "twilio"):
        raise StackError(f"{SMS_PROVIDER} must be none or twilio, not {provider}")
    missing = [name for name in SMS_ACCOUNT if not given.get(name)]
    if provider == "twilio" and missing:
        raise StackError(f"{SMS_PROVIDER}=twilio needs {', '.join(missing)} too")


def check_edge(topology: Topology) -> None:
    """Refuse an edge that cannot listen: the port is taken or forbidden, a TLS file is missing."""
    _check_address(topology.edge_host)
    reason = why_not_free(topology.edge_port, topology.edge_host)
    if reason:
        raise StackError(
            f"cannot listen on {topology.edge_host}:{topology.edge_port}: {reason};"
            " choose another with --port or --host"
        )
    for option, path in (("--tls-cert", topology.tls_certificate), ("--tls-key", topology.tls_key)):
        _check_readable(option, path)
    if (topology.tls_certificate is None) != (topology.tls_key is None):
        raise StackError("--tls-cert and --tls-key go together")
    if topology.tls_certificate and topology.tls_key:
        _check_pair(topology.tls_certificate, topology.tls_key)


def check_production(topology: Topology, given: Mapping[str, str]) -> None:
    """In production refuse, each by name, what belongs on a developer's machine."""
    if given.get("INERGIZE_ENV") != "production":
        return
    reasons = [
        *_sandboxes(topology),
        *_generated_keys(given),
        *_plain_edge(topology),
        *_open_networks(given),
    ]
    if reasons:
        raise StackError("INERGIZE_ENV=production refuses " + "; ".join(reasons))


def _check_address(host: str) -> None:
    try:
        ip_address(host)
    except ValueError:
        raise StackError(
            f"--host {host} is not an address; give one, such as 127.0.0.1 or 0.0.0.0"
        ) from None


def _check_pair(certificate: Path, key: Path) -> None:
    """Refuse what is no certificate or not its key; the password of a key is not asked for."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:
        raise StackError(
            f"--tls-cert {certificate} and --tls-key {key} must be a certificate and its own key,"
            f" PEM, the key without a password ({error})"
        ) from error


def _check_readable(option: str, path: Path | None) -> None:
    if path is None:
        return
    try:
        with path.open("rb"):
            return
    except OSError as error:
        raise StackError(f"{option} {path} cannot be read: {error.strerror}") from error


def _sandboxes(topology: Topology) -> list[str]:
    reasons = []
    if topology.is_embedded("LINKEDIN_API_URL"):
        reasons.append("the LinkedIn sandbox (set LINKEDIN_OAUTH_URL and LINKEDIN_API_URL)")
    if topology.is_embedded("MAIL_SMTP_URL"):
        reasons.append("the mail sink, which delivers nothing (set MAIL_SMTP_URL)")
    if topology.is_embedded(SMS_PROVIDER):
        reasons.append(f"the SMS sandbox, which delivers nothing (set {SMS_PROVIDER})")
    return reasons


def _generated_keys(given: Mapping[str, str]) -> list[str]:
    missing = [name for name in (*_KEYS, *_LINKEDIN_APPLICATION) if not given.get(name)]
    return [f"generated keys (set {', '.join(missing)})"] if missing else []


def _open_networks(given: Mapping[str, str]) -> list[str]:
    if given.get("EGRESS_TRUSTED_NETWORKS"):
        return ["networks that users' webhooks reach (unset EGRESS_TRUSTED_NETWORKS)"]
    return []


def _plain_edge(topology: Topology) -> list[str]:
    if topology.tls_certificate:
        return []
    return ["an edge without TLS (give --tls-cert and --tls-key)"]
