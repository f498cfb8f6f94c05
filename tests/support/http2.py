"""HTTP/2 written by hand: for frames that no library would send."""

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY = 0, 1, 3, 4, 7
END_STREAM, END_HEADERS = 1, 4


@dataclass(frozen=True)
class Frame:
    """One frame that came back."""

    kind: int
    flags: int
    stream: int
    payload: bytes


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """One frame, as bytes."""
    head = struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream)
    return head + payload


def header_block(headers: list[tuple[str, str]]) -> bytes:
    """Headers as literals that nothing may remember (RFC 7541, 6.2.3)."""
    block = b""
    for name, value in headers:
        assert max(len(name), len(value)) < 127, "longer ones need another form"
        block += b"\x10" + bytes([len(name)]) + name.encode()
        block += bytes([len(value)]) + value.encode()
    return block


def frames_after(port: int, sent: bytes, seconds: float = 5) -> Iterator[Frame]:
    """Send frames on a new connection; yields what comes back until it ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as client:
        client.sendall(PREFACE + frame(SETTINGS, 0, 0) + sent)
        with client.makefile("rb") as answer:
            while head := answer.read(9):
                length = int.from_bytes(head[:3], "big")
                stream = int.from_bytes(head[5:9], "big")
                yield Frame(head[3], head[4], stream, answer.read(length))
