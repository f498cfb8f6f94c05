"""An archive on its way: whole, checked, and never all of it in memory."""

import hashlib
import secrets
import tracemalloc
from io import BytesIO
from zipfile import ZipFile

from workers.archive import Archive


async def _bytes(archive: Archive) -> bytes:
    return b"".join([chunk async for chunk in archive.chunks()])


async def test_files_hold_their_lines_in_order() -> None:
    with Archive() as archive:
        await archive.add("README.txt", ["Hello"])
        await archive.add("content/content.jsonl", ['{"a": 1}', '{"ä": "\u2028"}'])
        await archive.add("content/content.jsonl", ['{"b": 2}'])
        sealed = await archive.seal()
        body = await _bytes(archive)
    assert (len(body), hashlib.sha256(body).digest()) == (sealed.size_bytes, sealed.sha256)
    with ZipFile(BytesIO(body)) as read:
        assert read.testzip() is None
        assert read.namelist() == ["README.txt", "content/content.jsonl"]
        lines = read.read("content/content.jsonl").decode().split("\n")
    assert lines == ['{"a": 1}', '{"ä": "\u2028"}', '{"b": 2}', ""]


async def test_archive_without_anything_is_one_all_the_same() -> None:
    with Archive() as archive:
        await archive.seal()
        with ZipFile(BytesIO(await _bytes(archive))) as read:
            assert read.namelist() == []


async def test_what_fails_half_way_leaves_no_trace() -> None:
    archive = Archive()
    with archive:
        await archive.add("a", ["line"])
    assert archive._file.closed


async def test_size_does_not_show_in_memory() -> None:
    tracemalloc.start()
    with Archive() as archive:
        for _ in range(600):
            await archive.add("big.jsonl", [secrets.token_hex(2048) for _ in range(16)])
        sealed = await archive.seal()
        size = 0
        async for chunk in archive.chunks():
            size += len(chunk)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size == sealed.size_bytes
    assert size > 20 << 20
    assert peak < 12 << 20
