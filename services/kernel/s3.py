"""Objects in S3: addresses that work for minutes, and what the service does with them itself.

Only services hold the keys; users and workers get addresses.
"""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from services.kernel.config import S3Settings

UPLOAD_SECONDS = 600
DOWNLOAD_SECONDS = 300
CHUNK_BYTES = 1 << 20
_NO_SUCH = frozenset({"404", "NoSuchKey", "NotFound"})


class StoreUnreachable(ConnectionError):
    """S3 did not answer, or said that it cannot right now; try again."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Where to put a file, and the headers that belong to the signature."""

    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Content:
    """What exactly may be put: type, length and SHA-256, and how a browser is to save it."""

    media_type: str
    size_bytes: int
    sha256: bytes
    disposition: str = ""

    @property
    def checksum(self) -> str:
        """As S3 writes it."""
        return base64.b64encode(self.sha256).decode()


class Objects:
    """The deployment's bucket."""

    def __init__(self, s3: S3Settings) -> None:
        self._s3 = s3
        self._stack = AsyncExitStack()
        self._client: Any = None
        self._opening = asyncio.Lock()

    async def close(self) -> None:
        """Close the connections."""
        await self._stack.aclose()

    async def upload(self, key: str, content: Content) -> Upload:
        """Where to put an object: once, within ten minutes, and exactly these bytes."""
        params = {
            **self._object(key),
            "ContentType": content.media_type,
            "ContentLength": content.size_bytes,
            "ChecksumSHA256": content.checksum,
        }
        headers = {
            "content-type": content.media_type,
            "content-length": str(content.size_bytes),
            "x-amz-checksum-sha256": content.checksum,
        }
        if content.disposition:
            params["ContentDisposition"] = content.disposition
            headers["content-disposition"] = content.disposition
        return Upload(await self._presigned("put_object", params, UPLOAD_SECONDS), headers)

    async def download_url(self, key: str, disposition: str) -> str:
        """Where to fetch an object, for five minutes; a browser saves it."""
        params = {**self._object(key), "ResponseContentDisposition": disposition}
        return await self._presigned("get_object", params, DOWNLOAD_SECONDS)

    async def holds(self, key: str, *, size_bytes: int, sha256: bytes) -> bool:
        """Whether exactly these bytes lie there.

        A store that keeps no checksums is read to find out.
        """
        from botocore.exceptions import ClientError  # noqa: PLC0415 - see _opened

        client = await self._opened()
        try:
            with _reaching():
                found = await client.head_object(**self._object(key), ChecksumMode="ENABLED")
        except ClientError as refused:
            if refused.response["Error"]["Code"] in _NO_SUCH:
                return False
            raise
        if found["ContentLength"] != size_bytes:
            return False
        checksum = found.get("ChecksumSHA256")
        if checksum is not None:
            return base64.b64decode(checksum) == sha256
        return await self._digest(key) == sha256

    async def read(self, key: str) -> AsyncIterator[bytes]:
        """An object's bytes, about a megabyte at a time."""
        client = await self._opened()
        with _reaching():
            found = await client.get_object(**self._object(key))
            body = found["Body"]
            async with body:
                while chunk := await body.read(CHUNK_BYTES):
                    yield chunk

    async def delete(self, key: str) -> None:
        """Delete an object; one that is not there is gone as well."""
        client = await self._opened()
        with _reaching():
            await client.delete_object(**self._object(key))

    async def delete_all(self, prefix: str) -> None:
        """Delete every object whose key begins so."""
        client = await self._opened()
        pages = client.get_paginator("list_objects_v2").paginate(
            Bucket=self._s3.bucket, Prefix=prefix
        )
        with _reaching():
            async for page in pages:
                for found in page.get("Contents", ()):
                    await client.delete_object(Bucket=self._s3.bucket, Key=found["Key"])

    async def _digest(self, key: str) -> bytes:
        digest = hashlib.sha256()
        async for chunk in self.read(key):
            await asyncio.to_thread(digest.update, chunk)
        return digest.digest()

    async def _presigned(self, action: str, params: Mapping[str, Any], seconds: int) -> str:
        client = await self._opened()
        url: str = await client.generate_presigned_url(action, Params=params, ExpiresIn=seconds)
        return url

    def _object(self, key: str) -> dict[str, Any]:
        return {"Bucket": self._s3.bucket, "Key": key}

    async def _opened(self) -> Any:
        """The client, made when first needed: most processes never need it, and it is heavy."""
        async with self._opening:
            if self._client is None:
                self._client = await self._stack.enter_async_context(_client(self._s3))
        return self._client


@contextmanager
def _reaching() -> Iterator[None]:
    """Turn what the client raises for a store that is down into StoreUnreachable."""
    from botocore import exceptions  # noqa: PLC0415 - see Objects._opened

    try:
        yield
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as failed:
        raise StoreUnreachable(type(failed).__name__) from failed
    except exceptions.ClientError as refused:
        if refused.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
            raise
        raise StoreUnreachable(refused.response["Error"]["Code"]) from refused


def _client(s3: S3Settings) -> Any:
    import aioboto3  # noqa: PLC0415 - see Objects._opened
    from botocore.config import Config  # noqa: PLC0415

    return aioboto3.Session().client(
        "s3",
        endpoint_url=s3.url,
        aws_access_key_id=s3.access_key,
        aws_secret_access_key=s3.secret_key.get_secret_value(),
        region_name=s3.region,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=2,
            read_timeout=8,
            retries={"total_max_attempts": 2},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
