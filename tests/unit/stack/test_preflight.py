import socket
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from stack.data_dir import DataDir
from stack.embedded.postgres_cluster import MAJOR_VERSION
from stack.errors import StackError
from stack.ports import LOOPBACK
from stack.preflight import check_data, check_edge, check_linkedin, check_production, check_sms
from stack.topology import Topology

_KEYS = {
    "CRYPTO_ENCRYPTION_KEYS": "[]",
    "CRYPTO_HASH_KEYS": "[]",
    "CRYPTO_AUDIT_KEYS": "[]",
    "MESH_SIGNING_KEYS": "{}",
    "MESH_PUBLIC_KEYS": "{}",
    "LINKEDIN_CLIENT_ID": "id",
    "LINKEDIN_CLIENT_SECRET": "word",
}
_SMS = {
    "SMS_PROVIDER": "twilio",
    "SMS_ACCOUNT_SID": "AC0",
    "SMS_AUTH_TOKEN": "word",
    "SMS_SENDER": "+15005550006",
}
_REAL = {
    "LINKEDIN_OAUTH_URL": "https://www.linkedin.com/oauth/v2",
    "LINKEDIN_API_URL": "https://api.linkedin.com",
    "MAIL_SMTP_URL": "smtps://mail.example.com",
    "SMS_PROVIDER": "none",
}


def _without(given: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in given.items() if key != name}


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate that signs itself, and its key."""
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


def make_cluster(place: DataDir, version: str) -> None:
    cluster = place.part("postgres")
    (cluster / "global").mkdir(parents=True)
    (cluster / "PG_VERSION").write_text(f"{version}\n")
    (cluster / "global" / "pg_control").write_bytes(b"\0")


def test_data_of_another_postgresql_is_refused_by_its_version(
    place: DataDir, topology: Topology
) -> None:
    make_cluster(place, "16")

    with pytest.raises(StackError, match=f"PostgreSQL 16, this is {MAJOR_VERSION}"):
        check_data(place, topology)


def test_half_a_cluster_is_refused(place: DataDir, topology: Topology) -> None:
    place.part("postgres").mkdir()
    (place.part("postgres") / "PG_VERSION").write_text(f"{MAJOR_VERSION}\n")

    with pytest.raises(StackError, match="not a whole PostgreSQL data directory"):
        check_data(place, topology)


def test_data_without_its_secrets_is_refused(place: DataDir, topology: Topology) -> None:
    make_cluster(place, MAJOR_VERSION)

    with pytest.raises(StackError, match=r"secrets\.env is gone"):
        check_data(place, topology)


def test_old_data_does_not_matter_when_the_database_is_elsewhere(
    place: DataDir, topology: Topology
) -> None:
    make_cluster(place, "16")

    check_data(place, replace(topology, external={"DATABASE_URL": "postgresql://db/x"}))


def test_a_taken_edge_port_is_refused_by_number(topology: Topology) -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StackError, match=rf"127\.0\.0\.1:{port}.*--port"):
            check_edge(replace(topology, edge_port=port))


def test_tls_files_must_exist(topology: Topology, tmp_path: Path) -> None:
    missing = tmp_path / "missing.pem"
    free = replace(topology, edge_port=topology.ports["admin"])

    with pytest.raises(StackError, match=r"--tls-cert .*missing\.pem cannot be read"):
        check_edge(replace(free, tls_certificate=missing))
    with pytest.raises(StackError, match=r"--tls-key .*missing\.pem cannot be read"):
        check_edge(replace(free, tls_key=missing))


def test_tls_files_come_together(topology: Topology, tmp_path: Path) -> None:
    there = tmp_path / "file.pem"
    there.write_text("-")
    free = replace(topology, edge_port=topology.ports["admin"])

    with pytest.raises(StackError, match="go together"):
        check_edge(replace(free, tls_certificate=there))
    with pytest.raises(StackError, match="go together"):
        check_edge(replace(free, tls_key=there))


def test_an_address_is_no_name(topology: Topology) -> None:
    with pytest.raises(StackError, match="--host localhost is not an address"):
        check_edge(replace(topology, edge_host="localhost"))


def test_tls_files_must_be_a_certificate_and_its_own_key(
    topology: Topology, tmp_path: Path
) -> None:
    certificate, key = make_certificate(tmp_path / "own")
    _, other = make_certificate(tmp_path / "other")
    free = replace(topology, edge_port=topology.ports["admin"], tls_certificate=certificate)

    check_edge(replace(free, tls_key=key))
    for wrong in (other, certificate):
        with pytest.raises(StackError, match="a certificate and its own key"):
            check_edge(replace(free, tls_key=wrong))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"SMS_PROVIDER": "pigeon"}, "none or twilio"),
        (_without(_SMS, "SMS_ACCOUNT_SID"), "needs SMS_ACCOUNT_SID too"),
        (_without(_SMS, "SMS_AUTH_TOKEN"), "needs SMS_AUTH_TOKEN too"),
        (_without(_SMS, "SMS_SENDER"), "needs SMS_SENDER too"),
    ],
)
def test_provider_of_sms_must_be_known(given: Mapping[str, str], reason: str) -> None:
    with pytest.raises(StackError, match=reason):
        check_sms(given)


@pytest.mark.parametrize("given", [{}, {"SMS_PROVIDER": "none"}, _SMS])
def test_known_provider_of_sms_or_none_is_fine(given: Mapping[str, str]) -> None:
    check_sms(given)


def test_development_allows_everything_generated(topology: Topology) -> None:
    check_production(topology, {})


def test_production_names_every_reason(topology: Topology) -> None:
    with pytest.raises(StackError) as refused:
        check_production(topology, {"INERGIZE_ENV": "production"})

    for reason in ("LinkedIn sandbox", "mail sink", "SMS sandbox", *_KEYS, "without TLS"):
        assert reason in str(refused.value)


@pytest.mark.parametrize("name", ["LINKEDIN_OAUTH_URL", "LINKEDIN_API_URL"])
def test_half_of_linkedin_is_refused_by_what_is_missing(topology: Topology, name: str) -> None:
    other = ({"LINKEDIN_OAUTH_URL", "LINKEDIN_API_URL"} - {name}).pop()

    with pytest.raises(StackError, match=f"set {name} too"):
        check_linkedin(replace(topology, external={other: _REAL[other]}))


@pytest.mark.parametrize(
    ("given", "external", "has_tls", "reason"),
    [
        ({}, _REAL, True, "generated keys"),
        (_KEYS, {"MAIL_SMTP_URL": "smtp://x"}, True, "LinkedIn sandbox"),
        (_KEYS, _without(_REAL, "SMS_PROVIDER"), True, "SMS sandbox"),
        (_KEYS, _REAL, False, "without TLS"),
    ],
)
def test_production_refuses_for_a_single_reason(
    topology: Topology,
    given: Mapping[str, str],
    external: Mapping[str, str],
    has_tls: bool,
    reason: str,
) -> None:
    certificate = Path("edge.pem") if has_tls else None
    real = replace(topology, external=external, tls_certificate=certificate)

    with pytest.raises(StackError, match=reason):
        check_production(real, {"INERGIZE_ENV": "production", **given})


def test_production_refuses_networks_that_webhooks_would_reach(topology: Topology) -> None:
    real = replace(topology, external=_REAL, tls_certificate=Path("edge.pem"))
    trusting = {"EGRESS_TRUSTED_NETWORKS": "10.0.0.0/8"}

    with pytest.raises(StackError, match="EGRESS_TRUSTED_NETWORKS"):
        check_production(real, {"INERGIZE_ENV": "production", **_KEYS, **trusting})


def test_production_with_everything_real_passes(topology: Topology) -> None:
    real = replace(topology, external=_REAL, tls_certificate=Path("edge.pem"))

    check_production(real, {"INERGIZE_ENV": "production", **_KEYS})
