"""Where one HTTP/2 request ends and the next begins is never in doubt."""

import pytest

from tests.acceptance.edge.edge import Edge
from tests.support.http2 import (
    DATA,
    END_HEADERS,
    END_STREAM,
    GOAWAY,
    HEADERS,
    RST_STREAM,
    frame,
    frames_after,
    header_block,
)

POST = [
    (":method", "POST"),
    (":scheme", "http"),
    (":path", "/v1/auth/login"),
    (":authority", "x"),
    ("content-type", "application/json"),
]


def ending(edge: Edge, headers: list[tuple[str, str]], body: bytes) -> str:
    """How a request ends that is sent as these frames: reset, the connection's end, or a status."""
    sent = frame(HEADERS, END_HEADERS, 1, header_block(headers))
    sent += frame(DATA, END_STREAM, 1, body)
    for found in frames_after(edge.topology.edge_port, sent):
        if found.kind == RST_STREAM:
            return "reset"
        if found.kind == GOAWAY:
            return "goaway"
        if found.kind == HEADERS and found.stream == 1:
            # The first byte of a block names the status: 0x88 is 200, 0x8c is 400.
            return {0x88: "200", 0x8C: "400"}.get(found.payload[0], found.payload[:8].hex())
    return "closed"


def test_a_length_that_is_right_is_taken(edge: Edge) -> None:
    assert ending(edge, [*POST, ("content-length", "2")], b"{}") == "200"


@pytest.mark.parametrize("length", ["0", "1", "3", "100", "-2", "2, 2", "2x"])
def test_a_length_that_differs_from_the_data_is_refused(edge: Edge, length: str) -> None:
    assert ending(edge, [*POST, ("content-length", length)], b"{}") in {"reset", "goaway", "400"}


@pytest.mark.parametrize(
    "header",
    [
        ("transfer-encoding", "chunked"),
        ("connection", "keep-alive"),
        ("content-length", "2\r\nx: y"),
        ("x-a", "b\r\nhost: evil"),
        ("x\r\ny", "b"),
        ("X-Upper", "b"),
        (":path", "/v1/users/me"),
    ],
)
def test_headers_that_http_1_would_read_otherwise_are_refused(
    edge: Edge, header: tuple[str, str]
) -> None:
    assert ending(edge, [*POST, header], b"{}") in {"reset", "goaway", "400"}
