"""The mail sink: takes every message by SMTP, delivers none, and shows them over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from stack.data_dir import DataDir
from stack.embedded.http import serve_http
from stack.embedded.mail_store import Message, MessageStore, parse
from stack.ports import LOOPBACK
from stack.topology import Topology

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

_MAX_MESSAGE_BYTES = 10 * 1024 * 1024
_MAX_LISTED = 500


def serve(data_dir: str) -> None:
    """Take mail and answer HTTP until SIGTERM."""
    place = DataDir(Path(data_dir))
    topology = Topology.load(place.root)
    store = MessageStore(place.part("mail"))
    app = application(store, topology.ports["mail_smtp"])
    serve_http(app, topology.ports["mail_http"])


def application(store: MessageStore, smtp_port: int) -> "Starlette":
    """The HTTP side; the SMTP side lives exactly as long."""
    from starlette.applications import Starlette
    from starlette.routing import Route

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        server = await _smtp_server(store, smtp_port)
        async with server:
            yield

    pages = _Pages(store)
    routes = [
        Route("/healthz", pages.health),
        Route("/api/messages", pages.list, methods=["GET"]),
        Route("/api/messages", pages.delete, methods=["DELETE"]),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


class _Pages:
    """`GET /api/messages?to=ADDRESS`, newest first, and `DELETE` of the same."""

    def __init__(self, store: MessageStore) -> None:
        self._store = store

    async def health(self, _: "Request") -> "Response":
        from starlette.responses import PlainTextResponse

        return PlainTextResponse("ok\n")

    async def list(self, request: "Request") -> "Response":
        from starlette.responses import JSONResponse

        messages = self._store.newest(request.query_params.get("to"), limit=_MAX_LISTED)
        return JSONResponse([_to_json(message) for message in messages])

    async def delete(self, request: "Request") -> "Response":
        from starlette.responses import JSONResponse

        deleted = self._store.delete(request.query_params.get("to"))
        return JSONResponse({"deleted": deleted})


def _to_json(message: Message) -> dict[str, str]:
    return {
        "from": message.sender,
        "to": message.recipient,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "received_time": message.received_time,
    }


class _Handler:
    """What aiosmtpd asks; the name of the method is its."""

    def __init__(self, store: MessageStore) -> None:
        self._store = store

    async def handle_DATA(self, server: "SMTP", session: "Session", envelope: "Envelope") -> str:  # noqa: N802
        """Keep the message, then say so: an accepted message is on the disk."""
        del server, session
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        for recipient in envelope.rcpt_tos:
            self._store.add(parse(content, envelope.mail_from or "", recipient))
        return "250 kept"


async def _smtp_server(store: MessageStore, port: int) -> asyncio.Server:
    from aiosmtpd.smtp import SMTP

    handler = _Handler(store)
    return await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, data_size_limit=_MAX_MESSAGE_BYTES, enable_SMTPUTF8=True),
        LOOPBACK,
        port,
    )
