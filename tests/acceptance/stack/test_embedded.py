"""The embedded servers keep what they were given, and let nobody in without a password."""

import asyncio
import smtplib
from email.message import EmailMessage
from urllib.parse import urlsplit

import asyncpg
import boto3
import botocore.config
import botocore.exceptions
import httpx
import pytest
import redis

from stack.data_dir import DataDir
from stack.names import SERVICES
from stack.secrets import load
from tests.acceptance.stack.running import Stack


@pytest.fixture(scope="module")
def addresses(stack: Stack) -> dict[str, str]:
    return stack.addresses()


@pytest.mark.parametrize("url", ["REDIS_URL", "BROKER_URL"])
def test_valkey_never_evicts_and_keeps_what_it_acknowledged(
    stack: Stack, addresses: dict[str, str], url: str
) -> None:
    with redis.Redis.from_url(addresses[url]) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        client.set("kept", "yes")
        assert client.execute_command("WAITAOF", 1, 0, 5000)[0] == 1

    stack.kill(url.partition("_")[0].lower())

    with redis.Redis.from_url(addresses[url]) as client:
        assert client.get("kept") == b"yes"


@pytest.mark.parametrize("url", ["REDIS_URL", "BROKER_URL"])
def test_valkey_asks_for_its_password(addresses: dict[str, str], url: str) -> None:
    with (
        redis.Redis(port=urlsplit(addresses[url]).port or 0) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()


async def test_postgres_recovers_from_a_kill_while_a_session_is_busy(
    stack: Stack, addresses: dict[str, str]
) -> None:
    connection = await asyncpg.connect(addresses["DATABASE_URL"])
    await connection.execute("CREATE TABLE public.kept (word text)")
    await connection.execute("INSERT INTO public.kept VALUES ('yes')")
    busy = asyncio.create_task(connection.execute("SELECT pg_sleep(600)"))

    await asyncio.to_thread(stack.kill, "postgres")

    with pytest.raises((asyncpg.PostgresError, ConnectionError)):
        await busy
    again = await asyncpg.connect(addresses["DATABASE_URL"])
    assert await again.fetchval("SELECT word FROM public.kept") == "yes"
    await again.execute("DROP TABLE public.kept")
    await again.close()


async def test_postgres_lets_in_every_role_with_its_own_password_only(
    stack: Stack, addresses: dict[str, str]
) -> None:
    secrets = load(DataDir(stack.data_dir))
    port = urlsplit(addresses["DATABASE_URL"]).port
    for service in SERVICES:
        connection = await asyncpg.connect(
            host="127.0.0.1",
            port=port,
            database="inergize",
            user=f"inergize_{service}",
            password=secrets.database_password(service),
        )
        assert await connection.fetchval("SELECT current_user") == f"inergize_{service}"
        await connection.close()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(
                host="127.0.0.1",
                port=port,
                database="inergize",
                user=f"inergize_{service}",
                password=secrets.database_password("superuser"),
            )


def make_mail(to: str, subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "InErgize <no-reply@inergize.local>"
    message["To"] = to
    message["Subject"] = subject
    message.set_content("Grüße\n")
    message.add_alternative("<p>Grüße</p>", subtype="html")
    return message


def test_mail_sink_shows_mail_newest_first_also_after_a_kill(
    stack: Stack, addresses: dict[str, str]
) -> None:
    smtp = urlsplit(addresses["MAIL_SMTP_URL"])
    with smtplib.SMTP(smtp.hostname or "", smtp.port or 0) as server:
        for subject in ("first", "second"):
            server.send_message(make_mail("ada@example.com", subject))
        server.send_message(make_mail("bob@example.com", "other"))

    stack.kill("mail")

    messages = f"{addresses['MAILBOX_URL']}/api/messages"
    found = httpx.get(messages, params={"to": "Ada@example.com"}).json()
    assert [message["subject"] for message in found] == ["second", "first"]
    assert found[0]["to"] == "ada@example.com"
    assert found[0]["text"].strip() == "Grüße"
    assert found[0]["html"].strip() == "<p>Grüße</p>"
    assert found[0]["received_time"] >= found[1]["received_time"]
    assert httpx.delete(messages, params={"to": "bob@example.com"}).json() == {"deleted": 1}


def test_s3_keeps_objects_for_those_who_have_the_keys(
    stack: Stack, addresses: dict[str, str]
) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=addresses["S3_URL"],
        aws_access_key_id=addresses["S3_ACCESS_KEY"],
        aws_secret_access_key=addresses["S3_SECRET_KEY"],
        region_name="us-east-1",
        config=botocore.config.Config(s3={"addressing_style": "path"}),
    )
    client.put_object(Bucket=addresses["S3_BUCKET"], Key="a/b.txt", Body=b"kept")

    stack.kill("s3")

    answer = client.get_object(Bucket=addresses["S3_BUCKET"], Key="a/b.txt")
    assert answer["Body"].read() == b"kept"
    stranger = httpx.get(f"{addresses['S3_URL']}/{addresses['S3_BUCKET']}/a/b.txt")
    assert stranger.status_code == 403
    client.close()


def test_everything_but_the_edge_listens_on_loopback_only(stack: Stack) -> None:
    listening = {
        connection.laddr.ip
        for process in stack.processes()
        for connection in process.net_connections(kind="inet")
        if connection.status == "LISTEN"
    }

    assert listening == {"127.0.0.1"}
