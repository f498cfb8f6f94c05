"""How `down`, `status` and `restart` talk to the running supervisor: JSON lines over a socket."""

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from stack.data_dir import DataDir
from stack.errors import StackError

_REQUEST_TIMEOUT_S = 1.0
_MAX_REQUEST_BYTES = 64 * 1024

Message = dict[str, Any]


class Reply:
    """The supervisor's side of one conversation: lines on the way, then one last message."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def say(self, line: str) -> None:
        """Tell something on the way."""
        self._send({"line": line})

    def finish(self, **data: object) -> None:
        """Answer and hang up."""
        self._send({"ok": True, **data})
        self._connection.close()

    def refuse(self, error: str) -> None:
        """Answer that it cannot be done, and hang up."""
        self._send({"ok": False, "error": error})
        self._connection.close()

    def _send(self, message: Message) -> None:
        # A client that has gone away loses its answer; the work goes on.
        with suppress(OSError):
            self._connection.sendall(json.dumps(message).encode() + b"\n")


Handler = Callable[[Message, Reply], None]


class ControlServer:
    """Listens in the data directory; only its owner may connect."""

    def __init__(self, place: DataDir, handlers: dict[str, Handler]) -> None:
        self._path = place.control_socket
        self._handlers = handlers
        self._path.unlink(missing_ok=True)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        previous = os.umask(0o177)
        try:
            self.listener.bind(str(self._path))
        finally:
            os.umask(previous)
        self.listener.listen(16)
        self.listener.settimeout(0)

    def serve_one(self) -> None:
        """Take one waiting request and hand it to its handler, which replies now or later."""
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return
        connection.settimeout(_REQUEST_TIMEOUT_S)
        reply = Reply(connection)
        request = _read_request(connection)
        handler = self._handlers.get(str(request.get("command")))
        if handler is None:
            reply.refuse("unknown command")
        else:
            handler(request, reply)

    def close(self) -> None:
        """Stop listening."""
        self.listener.close()
        self._path.unlink(missing_ok=True)


def _read_request(connection: socket.socket) -> Message:
    received = b""
    try:
        while not received.endswith(b"\n") and len(received) < _MAX_REQUEST_BYTES:
            part = connection.recv(4096)
            if not part:
                break
            received += part
        request = json.loads(received)
    except (OSError, ValueError):
        return {}
    return request if isinstance(request, dict) else {}


def ask(place: DataDir, command: str, *, timeout_s: float, **data: object) -> Iterator[Message]:
    """Send a command to the supervisor and yield its messages, the answer last.

    Raises StackError when no supervisor listens, refuses, or is silent for `timeout_s`.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout_s)
        _connect(connection, place)
        connection.sendall(json.dumps({"command": command, **data}).encode() + b"\n")
        try:
            yield from _messages(connection)
        except OSError as error:
            raise StackError(f"the supervisor of {place.root} does not answer: {error}") from error


def _connect(connection: socket.socket, place: DataDir) -> None:
    try:
        connection.connect(str(place.control_socket))
    except OSError as error:
        raise StackError(f"no stack is running on {place.root}") from error


def _messages(connection: socket.socket) -> Iterator[Message]:
    with connection.makefile("r", encoding="utf-8") as lines:
        for line in lines:
            message: Message = json.loads(line)
            if message.get("ok") is False:
                raise StackError(str(message["error"]))
            yield message
