"""Steady load over keep-alive connections, light enough to leave the machine to the servers."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

REQUEST_SECONDS = 15.0


@dataclass
class Result:
    """What a run of load saw."""

    sent: int = 0
    failures: list[str] = field(default_factory=list)
    answered_at: list[float] = field(default_factory=list)
    """Monotonic times of good answers."""
    failed_at: list[float] = field(default_factory=list)


class Load:
    """Sends the given requests in turn, at a rate, until stopped."""

    def __init__(self, target: str, paths: Sequence[str], headers: dict[str, str]) -> None:
        self._host, _, port = target.rpartition(":")
        self._port = int(port)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._requests = [
            f"GET {path} HTTP/1.1\r\nhost: {target}\r\n{lines}\r\n".encode() for path in paths
        ]
        self.result = Result()
        self._stopped = asyncio.Event()

    async def run(self, *, connections: int, per_second: float | None = None) -> Result:
        """Load until `stop`; without a rate each connection sends as fast as it is answered."""
        pause = None if per_second is None else connections / per_second
        async with asyncio.TaskGroup() as group:
            for number in range(connections):
                group.create_task(self._connection(number, pause))
        return self.result

    def stop(self) -> None:
        """Let every connection finish its request and end."""
        self._stopped.set()

    async def _connection(self, number: int, pause: float | None) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + (pause or 0) * number / 16
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        while not self._stopped.is_set():
            if pause is not None:
                await asyncio.sleep(max(due - loop.time(), 0))
                due += pause
            request = self._requests[self.result.sent % len(self._requests)]
            self.result.sent += 1
            try:
                async with asyncio.timeout(REQUEST_SECONDS):
                    streams = streams or await asyncio.open_connection(self._host, self._port)
                    await self._once(request, *streams)
            except (OSError, EOFError, TimeoutError, ValueError) as failed:
                self._note(f"{type(failed).__name__}: {failed}")
                if streams is not None:
                    streams[1].close()
                streams = None
        if streams is not None:
            streams[1].close()

    async def _once(
        self, request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        body = await reader.readexactly(length)
        if head.startswith(b"http/1.1 200"):
            self.result.answered_at.append(time.monotonic())
        else:
            self._note(f"{head[:15]!r} {body[:200]!r}")

    def _note(self, failure: str) -> None:
        self.result.failures.append(failure)
        self.result.failed_at.append(time.monotonic())


async def capacity(target: str, paths: Sequence[str], headers: dict[str, str]) -> float:
    """Requests a second that a few seconds of closed-loop load get through."""
    load = Load(target, paths, headers)
    running = asyncio.create_task(load.run(connections=16))
    started = time.monotonic()
    await asyncio.sleep(CAPACITY_SECONDS)
    load.stop()
    result = await running
    assert not result.failures, result.failures[:3]
    return len(result.answered_at) / (time.monotonic() - started)


CAPACITY_SECONDS = 3.0
