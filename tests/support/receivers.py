"""Receivers of webhooks: real sockets, with answers of the test's choice."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


def answering(status: int, body: bytes = b"", **headers: str) -> bytes:
    """An HTTP answer; `retry_after="7"` is the header `retry-after`."""
    lines = [f"HTTP/1.1 {status} Words", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(frozen=True)
class Received:
    """A request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers every request with `answer`; an empty one hangs until the end of the test."""

    answer: bytes = OK
    port: int = 0
    received: list[Received] = field(default_factory=list)
    when: Callable[[Received], bytes] | None = None
    """Chooses the answer instead, when it is set."""
    trickle_seconds: float | None = None
    """After its answer goes on without an end: a byte each time so much has passed."""
    trickled_bytes: int = 0
    hanging: int = 0
    """Requests that hang at this moment."""
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def url(self, path: str = "/hook", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.add(writer)
        try:
            request = await _read(reader)
            self.received.append(request)
            answer = self.when(request) if self.when else self.answer
            if not answer:
                self.hanging += 1
                try:
                    await reader.read()  # until the other side has had enough
                finally:
                    self.hanging -= 1
            writer.write(answer)
            await writer.drain()
            await self._trickle(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

    async def _trickle(self, writer: asyncio.StreamWriter) -> None:
        while self.trickle_seconds is not None:
            await asyncio.sleep(self.trickle_seconds)
            writer.write(b"x")
            await writer.drain()
            self.trickled_bytes += 1


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    lines = (line.partition(": ") for line in head[1:] if line)
    headers = {name.lower(): value for name, _, value in lines}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(head[0].split(" ")[1], headers, body)


@asynccontextmanager
async def receiving(answer: bytes = OK) -> AsyncIterator[Receiver]:
    """A receiver on a free port of every loopback address."""
    receiver = Receiver(answer)
    server = await asyncio.start_server(receiver.serve, "0.0.0.0", 0, backlog=256)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver
        for writer in [*receiver.writers]:
            writer.transport.abort()
