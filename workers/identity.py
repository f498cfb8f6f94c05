"""Who holds a claim, for the record."""

import os
import socket
from functools import lru_cache


@lru_cache(maxsize=1)
def _host() -> str:
    return socket.gethostname()


def holder() -> str:
    """This process, such as `workers@host:123`."""
    return f"workers@{_host()}:{os.getpid()}"
