"""The exact environment of each child: what it needs, and no secret of anybody else's."""

import json
from collections.abc import Mapping
from types import MappingProxyType

from stack import urls
from stack.names import BACKGROUND, SERVICES, SMS_ACCOUNT, SMS_PROVIDER, SMS_SANDBOX_SENDER
from stack.ports import LOOPBACK
from stack.secrets import Secrets
from stack.topology import Topology

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_BASE = MappingProxyType({"PATH": _PATH, "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"})
_ROOM = MappingProxyType({**{service: service for service in SERVICES}, "pipeline": "analytics"})
"""Whose tables a process works on, and in whose name; workers and scheduler have no tables."""

_OURS = ("DATABASE_", "TIMESERIES_", "MESH_", "SERVER_", "CRYPTO_", "INERGIZE_DATA_DIR")
"""Beginnings of names whose values the stack composes for each child by itself."""
_ENVOY = ("EDGE_", "AUTH_ISSUER")
"""Beginnings of the settings that decide about the edge's rules."""
_AUDIENCES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "LINKEDIN_CLIENT_SECRET": frozenset({"profile", "linkedin"}),
        "MAIL_": frozenset({"workers"}),
        "MAILBOX_": frozenset(),
        "S3_": frozenset({"auth", "profile", "content", "analytics"}),
        "BROKER_": frozenset({*SERVICES, *BACKGROUND}),
        "AUTH_": frozenset({*SERVICES, *BACKGROUND}),
        "OPENAI_": frozenset({"workers"}),
        "ANTHROPIC_": frozenset({"workers"}),
        "STABILITY_": frozenset({"workers"}),
        "SMS_": frozenset({"workers", "auth"}),
        **dict.fromkeys(("SMS_URL", "SMS_TIMEOUT", *SMS_ACCOUNT), frozenset({"workers"})),
    }
)
"""Who gets the settings whose names begin so; any other goes to every child of ours."""


def child_environment(
    name: str,
    topology: Topology,
    secrets: Secrets,
    *,
    slot: str = "a",
    given: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """The environment of the named child; `given` are the settings the user has set.

    Embedded servers read their secrets from the data directory, so theirs is bare.
    """
    if name in SERVICES:
        return _service(name, slot, topology, secrets, given)
    if name in BACKGROUND:
        return _background(name, topology, secrets, given)
    if name == "linkedin":
        return {**_BASE, **_linkedin(name, topology, secrets)}
    if name == "envoy":
        return {**_BASE, **{key: given[key] for key in given if key.startswith(_ENVOY)}}
    if name == "database" and "DATABASE_PASSWORDS" in given:
        return {**_BASE, "DATABASE_PASSWORDS": given["DATABASE_PASSWORDS"]}
    return dict(_BASE)


def _service(
    name: str, slot: str, topology: Topology, secrets: Secrets, given: Mapping[str, str]
) -> dict[str, str]:
    endpoint = topology.endpoint(name, slot)
    return {
        **_shared(name, topology, secrets, given),
        "SERVER_HOST": LOOPBACK,
        "SERVER_PORT": str(endpoint.grpc_port),
        "SERVER_METRICS_PORT": str(endpoint.metrics_port),
        **_crypto(name, secrets, given),
    }


def _background(
    name: str, topology: Topology, secrets: Secrets, given: Mapping[str, str]
) -> dict[str, str]:
    return {
        **_shared(name, topology, secrets, given),
        "SERVER_HOST": LOOPBACK,
        "SERVER_METRICS_PORT": str(topology.metrics_port(name)),
    }


def _shared(
    name: str, topology: Topology, secrets: Secrets, given: Mapping[str, str]
) -> dict[str, str]:
    """What services, workers, scheduler and pipeline all have."""
    return {
        **_BASE,
        "EDGE_PUBLIC_URL": topology.edge_url,
        **_handed_on(name, given),
        **_database(name, topology, secrets),
        "REDIS_URL": urls.redis_url(topology, secrets),
        "BROKER_URL": urls.broker_url(topology, secrets),
        **_mesh(name, topology, secrets, given),
        **_linkedin(name, topology, secrets),
        **_s3(name, topology, secrets),
        **_mail(name, topology),
        **_sms(name, topology, secrets),
    }


def _database(name: str, topology: Topology, secrets: Secrets) -> dict[str, str]:
    """Its own role's DSN, the password apart, so that a logged DSN gives nothing away."""
    role = _ROOM.get(name)
    if role is None:
        return {}
    variables = {
        "DATABASE_URL": urls.database_url(topology, role),
        "DATABASE_PASSWORDS": json.dumps({role: secrets.database_password(role)}),
    }
    if role == "analytics":
        variables["TIMESERIES_URL"] = urls.timeseries_url(topology, role)
    return variables


def _crypto(name: str, secrets: Secrets, given: Mapping[str, str]) -> dict[str, str]:
    """Master keys of its own; hash keys are common, because a token is looked up everywhere."""
    keys = {
        "CRYPTO_ENCRYPTION_KEYS": secrets.encryption_keys(name),
        "CRYPTO_HASH_KEYS": secrets.values["CRYPTO_HASH_KEYS"],
    }
    if name == "auth":
        keys["CRYPTO_AUDIT_KEYS"] = secrets.values["CRYPTO_AUDIT_KEYS"]
    return {variable: given.get(variable, value) for variable, value in keys.items()}


def _mesh(
    name: str, topology: Topology, secrets: Secrets, given: Mapping[str, str]
) -> dict[str, str]:
    caller = _ROOM.get(name, name)
    signing: dict[str, str] = json.loads(given.get("MESH_SIGNING_KEYS", "{}"))
    own = signing.get(caller) or secrets.signing_key(caller)
    public = given.get("MESH_PUBLIC_KEYS") or json.dumps(secrets.public_keys())
    return {
        "MESH_ADDRESS": f"{LOOPBACK}:{topology.mesh_port}",
        "MESH_SIGNING_KEYS": json.dumps({caller: own}),
        "MESH_PUBLIC_KEYS": public,
    }


def _linkedin(name: str, topology: Topology, secrets: Secrets) -> dict[str, str]:
    if name not in {"profile", "linkedin"}:
        return {}
    oauth_url, api_url = urls.linkedin_urls(topology)
    return {
        "LINKEDIN_OAUTH_URL": oauth_url,
        "LINKEDIN_API_URL": api_url,
        **linkedin_application(topology, secrets),
    }


def linkedin_application(topology: Topology, secrets: Secrets) -> dict[str, str]:
    """The application registered at LinkedIn, or at the sandbox."""
    names = ("LINKEDIN_CLIENT_ID", "LINKEDIN_CLIENT_SECRET")
    return {
        **{name: topology.external.get(name) or secrets.values[name] for name in names},
        "LINKEDIN_REDIRECT_URI": urls.linkedin_redirect_uri(topology),
    }


def _s3(name: str, topology: Topology, secrets: Secrets) -> dict[str, str]:
    if name not in _AUDIENCES["S3_"] or not topology.is_embedded("S3_URL"):
        return {}
    return {
        "S3_URL": urls.s3_url(topology),
        "S3_ACCESS_KEY": secrets.values["S3_ACCESS_KEY"],
        "S3_SECRET_KEY": secrets.values["S3_SECRET_KEY"],
        "S3_BUCKET": urls.BUCKET,
    }


def _mail(name: str, topology: Topology) -> dict[str, str]:
    return {"MAIL_SMTP_URL": urls.mail_smtp_url(topology)} if name == "workers" else {}


def _sms(name: str, topology: Topology, secrets: Secrets) -> dict[str, str]:
    """The sandbox's account for the workers; Auth needs only know that codes can be sent."""
    url = urls.sms_url(topology)
    if url is None or name not in _AUDIENCES["SMS_"]:
        return {}
    provider = {SMS_PROVIDER: "twilio"}
    return provider if name == "auth" else provider | sms_account(secrets) | {"SMS_URL": url}


def sms_account(secrets: Secrets) -> dict[str, str]:
    """The sandbox's one account."""
    names = ("SMS_ACCOUNT_SID", "SMS_AUTH_TOKEN")
    return {**{name: secrets.values[name] for name in names}, "SMS_SENDER": SMS_SANDBOX_SENDER}


def _handed_on(name: str, given: Mapping[str, str]) -> dict[str, str]:
    return {
        variable: value
        for variable, value in given.items()
        if not variable.startswith(_OURS) and _may_have(name, variable)
    }


def _may_have(name: str, variable: str) -> bool:
    audiences = [who for start, who in _AUDIENCES.items() if variable.startswith(start)]
    return all(name in who for who in audiences)
