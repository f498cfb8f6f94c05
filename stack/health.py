"""Short questions to a child: is it serving? No answer, a late one or a wrong one means no."""

import http.client
import socket
import ssl
import struct
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from stack.ports import LOOPBACK

TIMEOUT_S: Final = 0.5
_POSTGRES_PROTOCOL_3: Final = 196_608

Probe = Callable[[], bool]


def http_ok(port: int, path: str) -> Probe:
    """Whether GET answers 200 on this loopback port."""
    return lambda: http_status(f"{LOOPBACK}:{port}", path) == HTTPStatus.OK


def http_status(address: str, path: str, *, is_tls: bool = False) -> int | None:
    """The status GET gets from `host:port`, or None when nothing sensible came back."""
    connection = _connection(address, is_tls=is_tls)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _connection(address: str, *, is_tls: bool) -> http.client.HTTPConnection:
    if not is_tls:
        return http.client.HTTPConnection(address, timeout=TIMEOUT_S)
    context = ssl.create_default_context()
    # This asks our own edge on this machine; its certificate names the public host.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(address, timeout=TIMEOUT_S, context=context)


def accepts_connections(port: int) -> Probe:
    """Whether something listens on this loopback port."""

    def probe() -> bool:
        try:
            with socket.create_connection((LOOPBACK, port), TIMEOUT_S):
                return True
        except OSError:
            return False

    return probe


def valkey_answers(port: int, password: str) -> Probe:
    """Whether the server has loaded its data: PING then says PONG."""
    question = f"AUTH {password}\r\nPING\r\n".encode()
    return lambda: _exchange(port, question, wanted=b"+PONG")


def postgres_accepts(port: int) -> Probe:
    """Whether the server asks for a password: while it starts or recovers it sends an error."""
    parameters = b"user\0postgres\0database\0postgres\0\0"
    start = struct.pack("!ii", 8 + len(parameters), _POSTGRES_PROTOCOL_3) + parameters
    return lambda: _exchange(port, start, wanted=b"R")


def _exchange(port: int, question: bytes, *, wanted: bytes) -> bool:
    """Whether `wanted` comes back before the peer errs, closes or is late."""
    try:
        with socket.create_connection((LOOPBACK, port), TIMEOUT_S) as connection:
            connection.settimeout(TIMEOUT_S)
            connection.sendall(question)
            answer = b""
            while wanted not in answer:
                received = connection.recv(256)
                if not received or answer.startswith((b"-", b"E")):
                    return False
                answer += received
            return not answer.startswith((b"-", b"E"))
    except OSError:
        return False
