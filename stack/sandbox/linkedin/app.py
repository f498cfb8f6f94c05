"""The LinkedIn sandbox as a web application and as a process of its own."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.config import settings
from stack.embedded.quiet import QuietServer
from stack.sandbox.linkedin import apps, control, oauth, rest
from stack.sandbox.linkedin.clock import Clock
from stack.sandbox.linkedin.database import Database
from stack.sandbox.linkedin.dropping import DroppingConnections
from stack.sandbox.linkedin.house import House
from stack.sandbox.linkedin.model import SandboxApp
from stack.sandbox.linkedin.own_machine import OwnMachineOnly
from stack.sandbox.linkedin.refusals import Refusal, gateway, respond
from stack.sandbox.linkedin.tunnelling import Tunnelling

_DRAIN_SECONDS = 5

ROUTES = [
    *oauth.ROUTES,
    *rest.ROUTES,
    *control.ROUTES,
]


def build_app(app: SandboxApp, data_dir: Path) -> Starlette:
    """The web application; its state in `data_dir` is opened and closed with it."""

    @asynccontextmanager
    async def lifespan(web: Starlette) -> AsyncIterator[None]:
        database = Database(data_dir)
        apps.register_configured(database, app)
        uploads = data_dir / "uploads"
        uploads.mkdir(exist_ok=True)
        web.state.house = House(app, database, Clock(database), uploads)
        yield
        database.close()

    return Starlette(
        routes=ROUTES,
        middleware=[Middleware(OwnMachineOnly), Middleware(Tunnelling)],
        lifespan=lifespan,
        exception_handlers={Refusal: _refuse, HTTPException: _refuse_route, Exception: _fail},
    )


def serve(port: int, data_dir: Path, app: SandboxApp | None = None) -> None:
    """Serve on the loopback address until SIGTERM or SIGINT; requests under way are finished.

    Without `app` the registered application is the one that the LinkedIn settings name.
    """
    web = DroppingConnections(build_app(app or _app_from_settings(), data_dir))
    server = QuietServer(
        uvicorn.Config(
            web,
            host="127.0.0.1",
            port=port,
            loop="uvloop",
            lifespan="on",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_DRAIN_SECONDS,
        )
    )
    # uvicorn raises the signal again once it has drained; a wanted end is not a failure.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    server.run()


def _app_from_settings() -> SandboxApp:
    linkedin = settings().linkedin
    return SandboxApp(
        client_id=linkedin.client_id,
        client_secret=linkedin.client_secret.get_secret_value(),
        redirect_uris=(linkedin.redirect_uri,),
        scopes=frozenset(linkedin.scopes),
        has_pkce=linkedin.is_pkce_enabled,
    )


async def _refuse(_: Request, refusal: Exception) -> Response:
    if not isinstance(refusal, Refusal):
        raise refusal
    return respond(refusal)


async def _refuse_route(request: Request, refusal: Exception) -> Response:
    if not isinstance(refusal, HTTPException):
        raise refusal
    message = f"No virtual resource found for {request.method} {request.url.path}"
    return await _refuse(request, gateway(refusal.status_code, message, code="RESOURCE_NOT_FOUND"))


async def _fail(request: Request, _: Exception) -> Response:
    return await _refuse(request, gateway(500, "Internal Server Error"))
