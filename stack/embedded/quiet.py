"""uvicorn for servers that mostly wait: it wakes once a second instead of ten times."""

import asyncio
from types import FrameType

import uvicorn

TICK_SECONDS = 1.0
"""How old the `date` of an answer may be."""


class QuietServer(uvicorn.Server):
    """Serves like uvicorn's own; a signal is noticed at once, not at the next tick."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_told_to_end = asyncio.Event()

    async def main_loop(self) -> None:
        """Wait for the end. Uvicorn renews the answers' headers at each tick that is called 0."""
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            try:
                async with asyncio.timeout(TICK_SECONDS):
                    await self._is_told_to_end.wait()
            except TimeoutError:
                continue

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal, and end the wait."""
        super().handle_exit(sig, frame)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._is_told_to_end.set)
