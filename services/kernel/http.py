"""A tiny HTTP port beside gRPC: `/metrics` for Prometheus, `/healthz` for supervisors."""

import asyncio
from collections.abc import Callable

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

REQUEST_SECONDS = 2.0
_REASONS = {200: "OK", 404: "Not Found", 503: "Service Unavailable"}


class HttpPort:
    """Serves two fixed paths to machines on the inside."""

    def __init__(self, is_serving: Callable[[], bool]) -> None:
        self._is_serving = is_serving
        self._server: asyncio.Server | None = None

    async def open(self, host: str, port: int) -> None:
        """Begin to listen. Raises OSError when the port is taken."""
        self._server = await asyncio.start_server(self._answer, host, port)

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), REQUEST_SECONDS)
            path = head.split(b" ", 2)[1].decode("latin-1")
            writer.write(self._reply(path))
            await writer.drain()
        except (TimeoutError, OSError, EOFError, IndexError, asyncio.LimitOverrunError):
            pass  # not a client of ours
        finally:
            writer.close()

    def _reply(self, path: str) -> bytes:
        if path == "/metrics":
            return _response(200, CONTENT_TYPE_LATEST, generate_latest())
        if path == "/healthz":
            status = 200 if self._is_serving() else 503
            return _response(status, "text/plain", b"ok" if status == 200 else b"not serving")
        return _response(404, "text/plain", b"not found")


def _response(status: int, content_type: str, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\ncontent-type: {content_type}\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
