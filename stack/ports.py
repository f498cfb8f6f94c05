"""Choosing ports that are free now and likely to stay so."""

import hashlib
import socket
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from stack.errors import StackError

LOOPBACK: Final = "127.0.0.1"
GUARD: Final = "guard"
"""The name of a block's first port, on which nobody is ever answered."""
_FIRST_PORT = 20_000
_LAST_PORT = 32_000
"""Below the range Linux takes outgoing ports from: a child's port is not lost while it restarts."""
_BLOCK_PORTS = 48
"""A stack's ports and some to spare, for those that strangers have taken."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One stack's ports by name. No other stack takes one of them until this is released."""

    ports: Mapping[str, int]
    guard: socket.socket
    """Listens on the block's first port: whoever comes later sees that the block is taken."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.guard.close()


def claim_block(
    data_dir: Path, names: Collection[str], recorded: Mapping[str, int], reserved: set[int]
) -> Claim:
    """A free port for every name, all of one block, the recorded ones where they still are free.

    The guard makes the choice safe for ports on which nothing listens yet. `reserved` ports
    are never given out. Raises StackError when every block is taken.
    """
    for first in _block_starts(data_dir, recorded.get(GUARD)):
        guard = _listen(first)
        if guard is None:
            continue
        found = _choose(range(first + 1, first + _BLOCK_PORTS), names, recorded, reserved)
        if found and first not in reserved:
            return Claim({GUARD: first, **found}, guard)
        guard.close()
    raise StackError(
        f"no {_BLOCK_PORTS} free ports in a row are left between {_FIRST_PORT} and {_LAST_PORT}"
    )


def _block_starts(data_dir: Path, recorded: int | None) -> Iterator[int]:
    """The recorded block first; then all, beginning at a place that follows from the folder."""
    if recorded is not None:
        yield recorded
    blocks = (_LAST_PORT - _FIRST_PORT) // _BLOCK_PORTS
    start = _place_of(data_dir, blocks)
    for step in range(blocks):
        yield _FIRST_PORT + (start + step) % blocks * _BLOCK_PORTS


def _listen(port: int) -> socket.socket | None:
    try:
        return socket.create_server((LOOPBACK, port))
    except OSError:
        return None


def _choose(
    block: range, names: Collection[str], recorded: Mapping[str, int], reserved: set[int]
) -> dict[str, int] | None:
    """The block's ports by name; None when it has too few, or is new to us and not wholly free."""
    free = [port for port in block if port not in reserved and is_free(port)]
    kept = {name: recorded[name] for name in names if recorded.get(name) in free}
    is_usable = len(free) >= len(names) if kept else len(free) == len(block)
    if not is_usable:
        return None
    fresh = iter(port for port in free if port not in kept.values())
    return {name: kept[name] if name in kept else next(fresh) for name in names}


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
    start = _place_of(data_dir, span)
    for step in range(span):
        port = _FIRST_PORT + (start + step) % span
        if port not in taken and is_free(port):
            yield port
    message = f"no free port left between {_FIRST_PORT} and {_LAST_PORT}"
    raise StackError(message)


def _place_of(data_dir: Path, count: int) -> int:
    """One of `count` places, the same for the same folder."""
    digest = hashlib.sha256(str(data_dir).encode()).digest()
    return int.from_bytes(digest[:4]) % count
