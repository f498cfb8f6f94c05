"""Everything a stack keeps, as text: each row of each table, each key, each file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import ZipFile, is_zipfile

import asyncpg
import boto3
import botocore.config
import redis

from tests.support.stack import Stack

TABLES = """
    SELECT format('%I.%I', nspname, relname) AS name, nspname || '.' || relname AS plain
      FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
     WHERE relkind = 'r' AND nspname !~ '^(pg_|information_schema)'
"""


@dataclass(frozen=True)
class Kept:
    """One thing that is kept, and where."""

    place: str
    text: str


async def everything(stack: Stack) -> list[Kept]:
    """What PostgreSQL, both Redis servers and S3 hold now."""
    return [
        *await rows(stack),
        *_redis(stack, "REDIS_URL"),
        *_redis(stack, "BROKER_URL"),
        *s3(stack),
    ]


async def rows(stack: Stack) -> list[Kept]:
    """Each row of each table of each schema."""
    owner = await asyncpg.connect(stack.addresses["DATABASE_URL"])
    try:
        tables = await owner.fetch(TABLES)
        assert len(tables) > 60
        return [
            Kept(table["plain"], row[0])
            for table in tables
            for row in await owner.fetch(f"SELECT entry::text FROM {table['name']} AS entry")
        ]
    finally:
        await owner.close()


def _redis(stack: Stack, server: str) -> Iterator[Kept]:
    with redis.Redis.from_url(stack.addresses[server]) as client:
        for key in client.scan_iter(count=1000):
            yield Kept(f"{server} {key.decode(errors='replace')}", f"{key!r} {_value(client, key)}")


READERS: dict[bytes, Callable[[Any, bytes], object]] = {
    b"string": lambda client, key: client.get(key),
    b"hash": lambda client, key: client.hgetall(key),
    b"set": lambda client, key: client.smembers(key),
    b"zset": lambda client, key: client.zrange(key, 0, -1),
    b"list": lambda client, key: client.lrange(key, 0, -1),
    b"stream": lambda client, key: client.xrange(key),
    b"none": lambda _client, _key: "",  # it has expired meanwhile
}


def _value(client: Any, key: bytes) -> str:
    return str(READERS[client.type(key)](client, key))


def s3(stack: Stack) -> Iterator[Kept]:
    """Each object, with what is in it; a zip's files unpacked."""
    client = boto3.client(
        "s3",
        endpoint_url=stack.addresses["S3_URL"],
        aws_access_key_id=stack.addresses["S3_ACCESS_KEY"],
        aws_secret_access_key=stack.addresses["S3_SECRET_KEY"],
        region_name="us-east-1",
        config=botocore.config.Config(s3={"addressing_style": "path"}),
    )
    bucket = stack.addresses["S3_BUCKET"]
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", ()):
            body = client.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
            yield Kept(f"s3 {found['Key']}", f"{found['Key']} {unpacked(body)}")


def unpacked(body: bytes) -> str:
    """The text in a file; of a zip, that of its files."""
    if not is_zipfile(BytesIO(body)):
        return body.decode(errors="replace")
    with ZipFile(BytesIO(body)) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


def naming(kept: list[Kept], words: list[str]) -> list[Kept]:
    """What holds one of the words: as it is, in any case, or inside bytes shown as hexadecimal."""
    shapes = {shape for word in words for shape in (word.lower(), word.encode().hex())}
    shapes |= {word.replace("-", "") for word in words if word.count("-") == 4}
    return [one for one in kept if any(shape in one.text.lower() for shape in shapes)]
