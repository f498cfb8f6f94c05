"""The load generator against a server that answers well, badly, in pieces or not at all."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bench.errors import BenchError
from bench.load import LoadSpec, is_whole_reply, percentile, run

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"


@asynccontextmanager
async def answering(answer: Callable[[int], list[bytes]]) -> AsyncIterator[LoadSpec]:
    """A server whose nth answer, counted over all connections, comes in the given pieces."""
    count = 0
    serving: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        serving.add(asyncio.current_task())
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                assert b"authorization: Bearer word" in head
                count += 1
                for piece in answer(count):
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
                if not answer(count):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield LoadSpec(port, "/x", "word", connections=3, warmup_seconds=0.01, seconds=0.05)
        await asyncio.gather(*(task for task in serving if task))


@pytest.mark.parametrize("reply", [OK, CHUNKED], ids=["content-length", "chunked"])
async def test_counts_whole_answers_however_they_are_cut(reply: bytes) -> None:
    def cut(number: int) -> list[bytes]:
        at = number % len(reply)
        return [reply[:at], reply[at:]]

    async with answering(cut) as spec:
        load = await run(spec)
    assert load.requests > spec.connections
    assert 0 < load.p50_ms <= load.p99_ms
    assert load.seconds >= spec.seconds


async def test_one_refusal_ends_the_run() -> None:
    refusal = b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 2\r\n\r\n{}"
    async with answering(lambda number: [refusal if number == 20 else OK]) as spec:
        with pytest.raises(BenchError, match="429"):
            await run(spec)


async def test_a_closed_connection_ends_the_run() -> None:
    async with answering(lambda number: [] if number == 20 else [OK]) as spec:
        with pytest.raises(BenchError, match="closed a connection"):
            await run(spec)


async def test_no_answer_is_no_figure() -> None:
    async with answering(lambda number: [OK[:-1]]) as spec:
        with pytest.raises(BenchError, match="nothing was answered"):
            await run(spec)


@pytest.mark.parametrize("reply", [OK, CHUNKED])
def test_a_reply_is_whole_only_at_its_last_byte(reply: bytes) -> None:
    assert [size for size in range(len(reply) + 1) if is_whole_reply(reply[:size])] == [len(reply)]


def test_what_cannot_be_one_good_reply_is_refused() -> None:
    for reply in (OK + b"x", b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"):
        with pytest.raises(BenchError):
            is_whole_reply(reply)


def test_percentiles_are_nearest_rank() -> None:
    assert percentile([1.0], 0.99) == 1.0
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.0
    assert percentile([float(value) for value in range(1, 101)], 0.99) == 99.0
