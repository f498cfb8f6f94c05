"""Reads files of ours, and lets no byte of the end go before all of them are what was meant."""

from collections.abc import AsyncIterator
from hashlib import sha256
from http import HTTPStatus

import httpx

from services.profile.actions.kinds import Media

CHUNK_BYTES = 1 << 16
READ_SECONDS = 30.0
"""Longest silence of the store."""
_FOR_NOW = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})
"""A signature that has ended is made anew for the next attempt."""


class FileUnreadable(Exception):
    """The store did not give a file; a later try may get it."""


class FileWrong(Exception):
    """A file is gone for good, or is not the one that was meant."""


class Files:
    """Our store, by signed addresses; this process holds no keys to it."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        """`http` follows no redirect; the caller closes it."""
        self._http = http

    async def chunks(self, media: Media) -> AsyncIterator[bytes]:
        """The bytes of a file, the last of them only when size and hash are right.

        Raises FileUnreadable, FileWrong.
        """
        digest, size_bytes, held = sha256(), 0, b""
        async for chunk in self._read(media):
            digest.update(chunk)
            size_bytes += len(chunk)
            if size_bytes > media.size_bytes:
                raise FileWrong("it is longer than was said")
            if held:
                yield held
            held = chunk
        if size_bytes != media.size_bytes:
            raise FileWrong("it is shorter than was said")
        if digest.digest() != media.sha256:
            raise FileWrong("its hash is not the one that was said")
        yield held

    async def _read(self, media: Media) -> AsyncIterator[bytes]:
        try:
            async with self._http.stream("GET", media.url, timeout=READ_SECONDS) as answer:
                _check(answer.status_code)
                async for chunk in answer.aiter_raw(CHUNK_BYTES):
                    yield chunk
        except (httpx.HTTPError, OSError) as failed:
            # Its text quotes the address, signature and all.
            raise FileUnreadable(type(failed).__name__) from None


async def in_parts(chunks: AsyncIterator[bytes], sizes: list[int]) -> AsyncIterator[bytes]:
    """The same bytes cut into parts of these sizes, which together are all of them."""
    waiting = bytearray()
    remaining = iter(sizes)
    wanted = next(remaining)
    async for chunk in chunks:
        waiting += chunk
        while wanted and len(waiting) >= wanted:
            yield bytes(waiting[:wanted])
            del waiting[:wanted]
            wanted = next(remaining, 0)


def _check(status: int) -> None:
    if status == HTTPStatus.OK:
        return
    if status in _FOR_NOW or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise FileUnreadable(f"HTTP {status}")
    raise FileWrong(f"HTTP {status}")
