"""How every embedded HTTP server of ours is served: loopback, one process, ends on SIGTERM."""

from typing import Any

from stack.ports import LOOPBACK

_GRACE_S = 3


def serve_http(app: Any, port: int) -> None:
    """Serve the ASGI application on loopback until SIGTERM; requests in flight are finished."""
    import uvicorn

    from stack.embedded.quiet import QuietServer

    config = uvicorn.Config(
        app,
        host=LOOPBACK,
        port=port,
        loop="uvloop",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    QuietServer(config).run()
