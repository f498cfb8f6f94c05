"""The arithmetic of the security figures, and where they are written."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from bench.enumeration import Compared
from bench.errors import BenchError
from bench.figures import PAGE, table, write_section
from bench.login_flood import Result, section
from bench.machine import Machine
from bench.steady import Seen, Steady, pooled, run

MACHINE = Machine("2026-11-23", "a processor", 2, 0.5, {})


def seen(*latencies_ms: float, **answers: int) -> Seen:
    return Seen(answers or {"200": len(latencies_ms)}, sorted(latencies_ms), 1.0)


def test_turns_are_pooled() -> None:
    both = pooled([seen(1, 3), seen(2, 4)])
    assert both.latencies_ms == [1, 2, 3, 4]
    assert (both.answers, both.seconds) == ({"200": 4}, 2.0)
    assert both.at(0.5) == 2


def test_a_flood_is_judged_over_all_turns_and_within_rounds() -> None:
    result = Result(
        20.0, (seen(10), seen(20)), (seen(15), seen(60)), seen(1, CREDENTIALS_INVALID=1)
    )
    assert result.factor == 3.0
    assert result.median_factor == 2.25
    assert "3.00 times" in section(result)


def test_samples_that_are_alike_are_not_told_apart() -> None:
    alike = Compared("x", [0.2, 0.2, 0.2], [0.2, 0.2, 0.2])
    assert (alike.apart, alike.told_apart) == (0.0, 0.5)
    apart = Compared("x", [0.1, 0.1], [0.2, 0.2])
    assert (apart.apart, apart.told_apart) == (1.0, 1.0)


def test_a_section_replaces_the_one_before(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- figures: x -->\nold\n<!-- /figures: x -->\nb\n")
    write_section(page, "x", "new", MACHINE)
    assert re.search(
        r"^a\n<!-- figures: x -->\nnew\n\n.*\n<!-- /figures: x -->\nb\n$", page.read_text()
    )
    with pytest.raises(BenchError):
        write_section(page, "y", "new", MACHINE)


@pytest.mark.parametrize("name", ["enumeration", "login flood"])
def test_the_page_has_a_place_for_each(name: str, tmp_path: Path) -> None:
    copy = tmp_path / "page.md"
    copy.write_text(PAGE.read_text())
    write_section(copy, name, "figures of today", MACHINE)
    assert copy.read_text().count("figures of today") == 1


def test_a_table_is_markdown() -> None:
    assert list(table([("a", "b"), ("1", "2")])) == ["| a | b |", "| --- | --- |", "| 1 | 2 |"]


async def test_a_steady_load_counts_what_it_was_answered() -> None:
    """Every second answer is a refusal; the rate is kept, and sign-ins are well-formed."""
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            length = int(re.findall(rb"content-length: (\d+)", head)[0])
            heard.append(await reader.readexactly(length))
            body = b"{}" if len(heard) % 2 else b'{"reason": "ERROR_REASON_LOGIN_BUSY"}'
            status = b"200 OK" if len(heard) % 2 else b"429 Too Many"
            writer.write(b"HTTP/1.1 %s\r\ncontent-length: %d\r\n\r\n" % (status, len(body)) + body)

        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    result = await run(Steady(port, per_second=100.0, seconds=0.4))
    server.close()
    await server.wait_closed()
    assert result.answers == {"200": 20, "LOGIN_BUSY": 20}
    assert len(result.latencies_ms) == 40
    assert result.seconds >= 0.39
    assert len({json.loads(body)["email"] for body in heard}) == 40


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
