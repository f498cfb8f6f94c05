"""Real servers, named by their URLs, take the place of embedded ones."""

import json
from pathlib import Path

import asyncpg
import pytest

from stack.data_dir import DataDir
from stack.names import SERVICES
from stack.secrets import load
from stack.topology import Topology
from stack.urls import admin_database_url
from tests.acceptance.stack.running import Stack, inergize, new_stack

_URLS = ("REDIS_URL", "BROKER_URL", "S3_URL", "MAIL_SMTP_URL", "LINKEDIN_OAUTH_URL")


@pytest.fixture(scope="module")
def real(stack: Stack) -> dict[str, str]:
    """Another stack's servers, as URLs; the database's is that of a superuser."""
    addresses = stack.addresses()
    urls = {name: addresses[name] for name in (*_URLS, "LINKEDIN_API_URL")}
    place = DataDir(stack.data_dir)
    admin = admin_database_url(Topology.load(place.root), load(place))
    assert admin is not None
    # The stand-in for SMS has no URL to give: it is there unless a provider is named.
    urls["SMS_PROVIDER"] = "none"
    return urls | {"DATABASE_URL": f"{admin.removesuffix('/postgres')}/elsewhere"}


def test_only_what_has_no_url_is_started(tmp_path: Path, real: dict[str, str]) -> None:
    with new_stack(tmp_path, **real) as other:
        other.wait_ready()

        names = {child["name"] for child in other.status()["children"]}
        assert names == {*SERVICES, "workers", "scheduler", "pipeline", "envoy"}
        addresses = other.addresses()
        assert {name: addresses[name] for name in _URLS} == {name: real[name] for name in _URLS}
        assert addresses["DATABASE_URL"].startswith("postgresql://inergize_migrator:")
        assert addresses["DATABASE_URL"].endswith("/elsewhere")


async def test_the_owners_url_is_enough_where_the_roles_are_there(
    tmp_path: Path, real: dict[str, str]
) -> None:
    passwords = {role: f"word-of-{role}" for role in ("migrator", *SERVICES)}
    made = inergize(
        *("bootstrap", "--admin-url", real["DATABASE_URL"].replace("/elsewhere", "/postgres")),
        DATABASE_PASSWORDS=json.dumps(passwords),
    )
    assert made.returncode == 0, made.stderr
    address = real["DATABASE_URL"].rpartition("@")[2].replace("/elsewhere", "/inergize")
    owner = f"postgresql://inergize_migrator:{passwords['migrator']}@{address}"
    given = real | {"DATABASE_URL": owner, "DATABASE_PASSWORDS": json.dumps(passwords)}

    with new_stack(tmp_path, **given) as other:
        other.wait_ready()

        assert other.addresses()["DATABASE_URL"] == owner
        connection = await asyncpg.connect(
            f"postgresql://inergize_auth:{passwords['auth']}@{address}"
        )
        assert await connection.fetchval("SELECT count(*) FROM auth.users") == 0
        await connection.close()


def test_the_owners_url_without_passwords_is_refused(tmp_path: Path, real: dict[str, str]) -> None:
    owner = "postgresql://inergize_migrator:word@db/inergize"

    refused = inergize("up", "--data-dir", str(tmp_path / "data"), DATABASE_URL=owner)

    assert refused.returncode != 0
    assert "DATABASE_PASSWORDS" in refused.stderr


def test_exported_addresses_of_the_own_stack_do_not_count_as_real_servers(tmp_path: Path) -> None:
    with new_stack(tmp_path) as stack:
        stack.wait_ready()
        stack.run("down")
        stack.wait_end()

        stack.environment = stack.addresses()
        stack.output.unlink()
        stack.start()
        stack.wait_ready()

        assert "postgres" in {child["name"] for child in stack.status()["children"]}
