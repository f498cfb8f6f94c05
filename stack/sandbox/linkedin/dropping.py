"""Ending a connection without an answer, as a network does when it fails after the work."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stack.sandbox.linkedin.faults import DROP_FLAG


class DroppingConnections:
    """Passes everything on, except answers to requests that are marked to be dropped."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or cut its connection at the first byte of the answer."""

        async def send_or_drop(message: Message) -> None:
            if not scope.get(DROP_FLAG):
                await send(message)
            elif message["type"] == "http.response.start":
                # ASGI has no word for this; uvicorn's `send` is a method of the request's cycle.
                send.__self__.transport.abort()  # type: ignore[attr-defined]
                await asyncio.sleep(0)  # let uvicorn notice, else it answers 500 by itself

        await self._app(scope, receive, send_or_drop)
