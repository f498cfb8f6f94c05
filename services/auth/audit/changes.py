"""Tells other services what changes in accounts, in an order that misses nothing.

Source: docs/decisions/0108-user-changes.md
"""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from services.auth.audit import seal_store, store
from services.auth.audit.model import Place, UserChange
from services.kernel.db import Database
from services.kernel.deadline import remaining_seconds
from services.kernel.errors import InvalidRequest

LOOK_SECONDS = 1.0
PAGE = 500
_CURSOR = re.compile(r"(\d{1,19})-(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class UserChanges:
    """The changes of all accounts."""

    db: Database
    draining: asyncio.Event

    async def begin(self, cursor: str) -> Place:
        """Where a cursor points; from now on for an empty one. Raises InvalidRequest."""
        if not cursor:
            tx, _ = await seal_store.horizon(self.db)
            return Place(tx, 0)
        found = _CURSOR.fullmatch(cursor)
        if found is None:
            raise InvalidRequest({"cursor": "must come from an earlier message"})
        return Place(int(found[1]), int(found[2]))

    async def follow(self, after: Place) -> AsyncIterator[UserChange | Place]:
        """Every change after a place as it is committed, each once; now and then a later place.

        Ends when the call's time is up or the service shuts down. A change is told once no
        earlier transaction is still running, since that one might yet commit an earlier change.
        """
        while _seconds_left() > 0 and not self.draining.is_set():
            horizon, _ = await seal_store.horizon(self.db)
            changes = await store.user_changes(self.db, after, horizon, PAGE)
            for change in changes:
                after = change.place
                yield change
            if len(changes) < PAGE:
                after = max(after, Place(horizon, 0), key=lambda place: (place.tx, place.row_id))
                yield after
                await self._pause()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(max(min(_seconds_left(), LOOK_SECONDS), 0)):
                await self.draining.wait()
        except TimeoutError:
            return


def cursor_of(place: Place) -> str:
    """A place as clients keep it."""
    return f"{place.tx}-{place.row_id}"


def _seconds_left() -> float:
    left = remaining_seconds()
    return LOOK_SECONDS if left is None else left
