"""What `inergize env` prints: how programs beside the stack reach its parts."""

import shlex
from collections.abc import Mapping

from stack import urls
from stack.environment import linkedin_application
from stack.names import SERVICES
from stack.ports import LOOPBACK
from stack.secrets import Secrets
from stack.topology import SLOTS, Topology


def exported(
    topology: Topology, secrets: Secrets, slots: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Names and values, secrets included: the owner's DSN may look at every table.

    `slots` says in which of its two places each service is, where that is not the first.
    """
    oauth_url, api_url = urls.linkedin_urls(topology)
    return {
        "INERGIZE_URL": topology.edge_url,
        "DATABASE_URL": urls.owner_database_url(topology, secrets),
        "TIMESERIES_URL": urls.owner_timeseries_url(topology, secrets),
        "REDIS_URL": urls.redis_url(topology, secrets),
        "BROKER_URL": urls.broker_url(topology, secrets),
        "S3_URL": urls.s3_url(topology),
        **_s3_keys(topology, secrets),
        "MAILBOX_URL": urls.mailbox_url(topology) or "",
        "MAIL_SMTP_URL": urls.mail_smtp_url(topology),
        "LINKEDIN_OAUTH_URL": oauth_url,
        "LINKEDIN_API_URL": api_url,
        **linkedin_application(topology, secrets),
        "SMS_SANDBOX_URL": urls.sms_url(topology) or "",
        **_addresses(topology, slots or {}),
    }


def as_lines(values: dict[str, str], *, is_shell: bool) -> list[str]:
    """`KEY=value`, or `export KEY='value'` for a shell to evaluate."""
    if not is_shell:
        return [f"{name}={value}" for name, value in values.items()]
    return [f"export {name}={shlex.quote(value)}" for name, value in values.items()]


def _s3_keys(topology: Topology, secrets: Secrets) -> dict[str, str]:
    if not topology.is_embedded("S3_URL"):
        return {}
    names = ("S3_ACCESS_KEY", "S3_SECRET_KEY")
    return {**{name: secrets.values[name] for name in names}, "S3_BUCKET": urls.BUCKET}


def _addresses(topology: Topology, slots: Mapping[str, str]) -> dict[str, str]:
    """Each service's gRPC address, past the edge."""
    endpoints = {
        service: topology.endpoint(service, slots.get(service, SLOTS[0])) for service in SERVICES
    }
    return {
        f"{service.upper()}_ADDRESS": f"{LOOPBACK}:{endpoint.grpc_port}"
        for service, endpoint in endpoints.items()
    }
