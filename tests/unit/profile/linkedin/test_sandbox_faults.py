"""The sandbox's failures by themselves: what of a body arrives, and what a detail may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from stack.sandbox.linkedin.fault_kinds import find_kind
from stack.sandbox.linkedin.faults import Fault, received


def upload(chunks: list[bytes]) -> Request:
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks)}
        for number, chunk in enumerate(chunks, 1)
    ]

    async def receive() -> Message:
        return waiting.pop(0)

    length = str(sum(map(len, chunks))).encode()
    scope = {"type": "http", "method": "PUT", "headers": [(b"content-length", length)]}
    return Request(scope, receive)


async def collect(request: Request, arrived: list[bytes]) -> None:
    async for chunk in request.stream():
        arrived += [chunk]


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=6), st.integers(0, 99))
async def test_a_partial_upload_is_the_beginning_of_the_body(
    chunks: list[bytes], percent: int
) -> None:
    whole = b"".join(chunks)
    request = received(Fault("partial_upload", str(percent)), upload(chunks))
    arrived: list[bytes] = []
    with pytest.raises(ClientDisconnect):
        await collect(request, arrived)
    assert b"".join(arrived) == whole[: len(whole) * percent // 100]


async def test_another_failure_leaves_the_body_whole() -> None:
    request = upload([b"ab", b"cd"])
    assert received(Fault("slow", "0"), request) is request
    assert received(None, request) is request


@pytest.mark.parametrize(
    ("kind", "detail", "read"),
    [
        ("slow", "", "1000"),
        ("hang", "5", "5"),
        ("throttle", "application-day", "APPLICATION DAY"),
        ("throttle", "APPLICATION DAY ", "APPLICATION DAY"),
        ("throttle", "", "PLAIN"),
        ("server-error", "504", "504"),
        ("partial-upload", "", "50"),
    ],
)
def test_a_detail_gets_its_final_form(kind: str, detail: str, read: str) -> None:
    assert find_kind(kind).read_detail(detail) == read


@pytest.mark.parametrize(
    ("kind", "detail"),
    [("slow", "-1"), ("slow", "600001"), ("hang", "0"), ("drop", "x"), ("server_error", "429")],
)
def test_a_detail_that_makes_no_sense_is_refused(kind: str, detail: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        find_kind(kind).read_detail(detail)
