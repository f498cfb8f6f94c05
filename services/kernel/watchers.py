"""Those who wait, in this process, for something by its name to change."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Watchers:
    """Events by name; waking a name that nobody watches does nothing."""

    def __init__(self) -> None:
        self._events: dict[str, set[asyncio.Event]] = {}

    @contextmanager
    def watching(self, name: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever `name` is woken."""
        event = asyncio.Event()
        self._events.setdefault(name, set()).add(event)
        try:
            yield event
        finally:
            self._events[name].discard(event)
            if not self._events[name]:
                del self._events[name]

    def __len__(self) -> int:
        """How many wait."""
        return sum(len(events) for events in self._events.values())

    def wake(self, name: str) -> None:
        """Set the events of one name."""
        for event in self._events.get(name, ()):
            event.set()

    def wake_all(self) -> None:
        """Set every event: something may have been missed."""
        for name in self._events:
            self.wake(name)


async def either(one: asyncio.Event, other: asyncio.Event, seconds: float) -> None:
    """Wait until one of two events is set, or the time is over."""
    waits = [asyncio.create_task(event.wait()) for event in (one, other)]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
