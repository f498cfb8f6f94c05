"""The metrics port: a stray client costs nothing and leaves no trace."""

import asyncio
from contextlib import suppress
from typing import Any

from services.kernel.http import HttpPort
from tests.support.valkey import free_port


async def test_endless_header_is_hung_up_on() -> None:
    loop = asyncio.get_running_loop()
    unhandled: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _loop, context: unhandled.append(context))
    http, port = HttpPort(lambda: True), free_port()
    await http.open("127.0.0.1", port)

    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"x" * 200_000)
    with suppress(ConnectionResetError):  # hung up on before all was read
        assert await reader.read() == b""
    writer.close()
    await http.close()
    assert unhandled == []
