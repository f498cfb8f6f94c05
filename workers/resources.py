"""What actors use: opened on the event loop before the first message, closed after the last."""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from dramatiq import Broker, Worker
from dramatiq.asyncio import get_event_loop_thread
from dramatiq.middleware import Middleware, MiddlewareError

from services.kernel.clients import Mesh
from services.kernel.config import Settings
from services.kernel.public_http import PublicHttp
from workers.clients import Clients
from workers.mail.sender import Sender
from workers.sms.provider import Provider, provider
from workers.webhooks.courier import Courier


@dataclass(frozen=True, slots=True)
class Open:
    """The open resources of a worker process."""

    mesh: Mesh
    clients: Clients
    mail: Sender
    sms: Provider
    public_http: PublicHttp
    courier: Courier | None = None
    """Where the queue `mail` is worked on: one loop per process sends webhooks."""


class Resources(Middleware):
    """Opens and closes them. Comes after AsyncIO, whose loop they live on."""

    def __init__(self, settings: Settings, *, sends_webhooks: bool) -> None:
        self._settings = settings
        self._sends_webhooks = sends_webhooks

    def before_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Open everything. Dramatiq swallows any other exception and would start regardless."""
        try:
            _on_loop(self._open())
        except Exception as failed:
            name = type(failed).__name__
            raise MiddlewareError(f"resources cannot be opened: {name}") from failed

    def after_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        """Close everything; after-signals run in reverse, so the loop is still there."""
        _on_loop(_close())

    async def _open(self) -> None:
        global _current  # noqa: PLW0603 - one process, one set
        mesh = Mesh("workers", self._settings.mesh)
        clients, public_http = Clients(mesh), PublicHttp(self._settings.egress)
        courier = Courier(clients.profile, public_http) if self._sends_webhooks else None
        if courier is not None:
            courier.start()
        _current = Open(
            mesh,
            clients,
            Sender(self._settings.mail, self._settings.edge),
            provider(self._settings.sms),
            public_http,
            courier,
        )


_current: Open | None = None


def current() -> Open:
    """The open resources. Raises RuntimeError outside a worker process."""
    if _current is None:
        raise RuntimeError("no worker is running in this process")
    return _current


async def _close() -> None:
    if _current is not None:
        if _current.courier is not None:
            await _current.courier.stop()
        await _current.mesh.close()
        await _current.sms.close()


def _on_loop(work: Coroutine[Any, Any, None]) -> None:
    thread = get_event_loop_thread()
    if thread is None:
        raise MiddlewareError("Resources must come after AsyncIO")
    thread.run_coroutine(work)
