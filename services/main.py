"""`inergize serve`: any of the six services in one process."""

from importlib import import_module

from services.kernel.config import settings
from services.kernel.server import serve as serve_rooms

SERVICES = ("auth", "profile", "content", "automation", "safety", "analytics")


def serve(names: list[str]) -> None:
    """Serve the named services until SIGTERM. Raises ValueError for a name that is no service."""
    unknown = set(names) - set(SERVICES)
    if unknown:
        raise ValueError(f"no such service: {', '.join(sorted(unknown))}")
    rooms = {name: import_module(f"services.{name}.__main__").build for name in names}
    serve_rooms(rooms, settings())
