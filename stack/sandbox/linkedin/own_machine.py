"""Keeps web pages away from the control interface, which listens on loopback without a password.

A page in the browser of whoever runs the sandbox can send requests to loopback too, directly or
by a name that is made to point there; neither may plan faults or forget everything.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from stack.sandbox.linkedin.refusals import gateway, respond

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class OwnMachineOnly:
    """Refuses requests for `/sandbox/…` that name another host or come from another origin."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        is_control = scope["type"] == "http" and scope["path"].startswith("/sandbox/")
        if is_control and not _is_own(Headers(scope=scope)):
            message = "The sandbox is set up from its own machine, and not by web pages"
            await respond(gateway(403, message, code="ACCESS_DENIED"))(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_own(headers: Headers) -> bool:
    origin = headers.get("origin")
    names = [f"//{headers.get('host', '')}", *([origin] if origin else [])]
    try:
        return all(urlsplit(name).hostname in _LOOPBACK for name in names)
    except ValueError:
        return False
