import base64
import json
import os
from collections.abc import Mapping

import pytest

from services.kernel.config import Settings
from services.kernel.db import service_dsn
from stack.environment import child_environment
from stack.given import given_settings
from stack.house import House
from stack.names import BACKGROUND, CALLERS, SERVICES
from stack.secrets import Secrets
from stack.topology import Topology

_OURS = (*SERVICES, *BACKGROUND)
_COMMON_SECRETS = {"REDIS_PASSWORD", "BROKER_PASSWORD"}
_ALLOWED = {
    **{
        service: {
            f"DATABASE_PASSWORD_{service.upper()}",
            f"CRYPTO_ENCRYPTION_KEYS_{service.upper()}",
            f"MESH_SIGNING_KEY_{service.upper()}",
            "CRYPTO_HASH_KEYS",
        }
        | _COMMON_SECRETS
        for service in SERVICES
    },
    "workers": {"MESH_SIGNING_KEY_WORKERS"} | _COMMON_SECRETS,
    "scheduler": {"MESH_SIGNING_KEY_SCHEDULER"} | _COMMON_SECRETS,
    "pipeline": {"MESH_SIGNING_KEY_ANALYTICS"} | _COMMON_SECRETS,
}
_LINKEDIN = {"LINKEDIN_CLIENT_ID", "LINKEDIN_CLIENT_SECRET"}
_S3 = {"S3_ACCESS_KEY", "S3_SECRET_KEY"}
_EXTRA = {
    "auth": {"CRYPTO_AUDIT_KEYS"} | _S3,
    "profile": _LINKEDIN | _S3,
    "content": _S3,
    "analytics": _S3,
    "workers": {"SMS_ACCOUNT_SID", "SMS_AUTH_TOKEN"},
    "pipeline": {"DATABASE_PASSWORD_ANALYTICS"},
}


def read(monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, str]) -> Settings:
    """The settings as a child with exactly this environment reads them."""
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Settings()


@pytest.mark.parametrize("name", _OURS)
def test_environment_holds_only_the_secrets_of_its_child(
    name: str, topology: Topology, secrets: Secrets
) -> None:
    environment = child_environment(name, topology, secrets)

    everything = "\n".join(value.replace("\\", "") for value in environment.values())
    held = {key for key, value in secrets.values.items() if value in everything}
    assert held == _ALLOWED[name] | _EXTRA.get(name, set())


@pytest.mark.parametrize("name", ["postgres", "redis", "broker", "s3", "mail", "envoy", "database"])
def test_environment_of_an_embedded_server_holds_no_secret(
    name: str, topology: Topology, secrets: Secrets
) -> None:
    environment = child_environment(name, topology, secrets)

    assert not set(secrets.values.values()) & set(environment.values())
    assert set(environment) == {"PATH", "LANG", "PYTHONUNBUFFERED"}


@pytest.mark.parametrize("service", SERVICES)
def test_settings_read_what_the_stack_gives_a_service(
    service: str, topology: Topology, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = read(monkeypatch, child_environment(service, topology, secrets, slot="b"))

    assert settings.server.port == topology.endpoint(service, "b").grpc_port
    assert settings.server.metrics_port == topology.endpoint(service, "b").metrics_port
    password = secrets.database_password(service)
    assert service_dsn(settings, service) == (
        f"postgresql://inergize_{service}:{password}@127.0.0.1:{topology.ports['postgres']}/inergize"
    )
    assert settings.mesh.public_keys.keys() == set(CALLERS)
    assert settings.mesh.signing_keys.keys() == {service}
    assert len(base64.b64decode(settings.crypto.encryption_keys[0].key.get_secret_value())) == 32


@pytest.mark.parametrize("name", ["workers", "scheduler"])
def test_workers_and_scheduler_have_no_database(
    name: str, topology: Topology, secrets: Secrets
) -> None:
    environment = child_environment(name, topology, secrets)

    assert not {key for key in environment if key.startswith(("DATABASE", "TIMESERIES"))}


def test_given_settings_reach_whom_they_concern(topology: Topology, secrets: Secrets) -> None:
    given = {
        "REGISTRATION": "closed",
        "MAIL_SENDER": "me@example.com",
        "LOG_LEVEL": "debug",
        "DATABASE_URL": "postgresql://owner:word@db/inergize",
    }
    environments = {name: child_environment(name, topology, secrets, given=given) for name in _OURS}

    assert environments["auth"]["REGISTRATION"] == "closed"
    assert all(environment["LOG_LEVEL"] == "debug" for environment in environments.values())
    holders = {name for name, environment in environments.items() if "MAIL_SENDER" in environment}
    assert holders == {"workers"}
    assert not any(
        "word" in environment.get("DATABASE_URL", "") for environment in environments.values()
    )


def test_given_settings_are_what_was_set_and_read_back_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_outside = {
        "REGISTRATION": "invitation",
        "LINKEDIN_SCOPES": "openid,profile",
        "LINKEDIN_CLIENT_SECRET": "a secret",
        "CRYPTO_HASH_KEYS": json.dumps([{"id": "h", "key": f"{'A' * 43}="}]),
        "MESH_PUBLIC_KEYS": json.dumps({"auth": "a2V5"}),
        "DATABASE_POOL_MAX_SIZE": "3",
        "LINKEDIN_IS_PKCE_ENABLED": "true",
    }
    settings = read(monkeypatch, set_outside | {"HOME": "/root", "REDIS_URL": ""})

    given = given_settings(settings)

    assert set(given) == set(set_outside)
    assert read(monkeypatch, given) == read(monkeypatch, set_outside)


def test_house_leaves_out_servers_that_have_a_url(topology: Topology, secrets: Secrets) -> None:
    external = {"DATABASE_URL": "postgresql://u:p@db/x", "REDIS_URL": "redis://cache/0"}
    outside = Topology(topology.data_dir, topology.ports, external=external)

    names = [program.name for program in House(outside, secrets).programs()]

    assert "postgres" not in names
    assert "redis" not in names
    left = {"broker", "s3", "mail", "linkedin", "sms", "envoy", *SERVICES, *BACKGROUND}
    assert left <= set(names)
    content = child_environment("content", outside, secrets)
    assert content["DATABASE_URL"] == "postgresql://inergize_content@db/x"
    assert content["REDIS_URL"] == "redis://cache/0"


def test_two_slots_of_a_service_differ_only_in_their_ports(
    topology: Topology, secrets: Secrets
) -> None:
    house = House(topology, secrets)
    first, second = house.service("auth", "a"), house.service("auth", "b")

    assert not set(first.ports) & set(second.ports)
    differing = {
        key for key in first.environment if first.environment[key] != second.environment[key]
    }
    assert differing == {"SERVER_PORT", "SERVER_METRICS_PORT"}


def test_auth_learns_that_sms_can_be_sent_and_nothing_else_of_them(
    topology: Topology, secrets: Secrets
) -> None:
    given = {"SMS_PROVIDER": "twilio", "SMS_ACCOUNT_SID": "AC0", "SMS_AUTH_TOKEN": "word"}
    real = Topology(topology.data_dir, topology.ports, external={"SMS_PROVIDER": "twilio"})

    def handed(name: str, where: Topology) -> dict[str, str]:
        child = child_environment(name, where, secrets, given=given)
        return {key: value for key, value in child.items() if key.startswith("SMS_")}

    assert handed("auth", real) == {"SMS_PROVIDER": "twilio"}
    assert handed("auth", topology) == {"SMS_PROVIDER": "twilio"}
    assert handed("workers", real) == given
    assert handed("workers", topology)["SMS_URL"].startswith("http://127.0.0.1:")
    assert handed("content", real) == {}
