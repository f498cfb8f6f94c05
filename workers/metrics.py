"""The HTTP port of a worker process, on a loop of its own thread."""

import asyncio
import threading
from types import TracebackType
from typing import Self

from services.kernel.config import ServerSettings
from services.kernel.http import HttpPort


class MetricsPort:
    """Serves `/metrics` and `/healthz` while it is entered."""

    def __init__(self, server: ServerSettings) -> None:
        self._settings = server
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._port = HttpPort(lambda: True)

    def __enter__(self) -> Self:
        """Listen. Raises OSError when the port is taken."""
        self._thread.start()
        listening = self._port.open(self._settings.host, self._settings.metrics_port)
        asyncio.run_coroutine_threadsafe(listening, self._loop).result()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop listening."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=2)
