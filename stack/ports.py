"""Choosing ports that are free now and likely to stay so."""

import hashlib
import socket
from collections.abc import Iterator
from pathlib import Path

from stack.errors import StackError

LOOPBACK = "127.0.0.1"
_FIRST_PORT = 20_000
_LAST_PORT = 32_000
"""Below the range Linux takes outgoing ports from: a child's port is not lost while it restarts."""


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether this process could listen there at this moment."""
    try:
        with _listening_socket(host) as listener:
            listener.bind((host, port))
    except OSError:
        return False
    return True


def why_not_free(port: int, host: str) -> str | None:
    """The system's reason for refusing the port, or None when it is free."""
    try:
        with _listening_socket(host) as listener:
            listener.bind((host, port))
    except OSError as error:
        return error.strerror or str(error)
    return None


def _listening_socket(host: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    # A port in TIME_WAIT after a restart is free for a server; one in LISTEN is not.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return listener


def free_ports(data_dir: Path, taken: set[int]) -> Iterator[int]:
    """Yield free loopback ports, none of them in `taken`.

    Two data directories begin at different places, so that stacks started at the same
    moment do not race for the same ports. Raises StackError when the range is used up.
    """
    span = _LAST_PORT - _FIRST_PORT
    digest = hashlib.sha256(str(data_dir).encode()).digest()
    start = int.from_bytes(digest[:4]) % span
    for step in range(span):
        port = _FIRST_PORT + (start + step) % span
        if port not in taken and is_free(port):
            yield port
    message = f"no free port left between {_FIRST_PORT} and {_LAST_PORT}"
    raise StackError(message)
