"""Follows one content for as long as a call may last."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from services.content import store
from services.content.changes import Changes
from services.content.errors import ContentNotFound
from services.content.model import Content
from services.kernel.caller import Caller
from services.kernel.db import Database
from services.kernel.deadline import remaining_seconds
from services.kernel.watchers import either

LOOK_SECONDS = 2.0
"""How late a change is seen whose announcement was lost."""


@dataclass(frozen=True, slots=True)
class Watching:
    """The watched contents of all users."""

    db: Database
    changes: Changes
    draining: asyncio.Event

    async def watch(self, caller: Caller, content_id: UUID) -> AsyncIterator[Content]:
        """The content now and after every change, until the call's time is up or we shut down.

        Ends early when the content is deleted. Raises ContentNotFound.
        """
        async with self.changes.watching(caller.user_id, content_id) as changed:
            seen = await store.get_content(self.db, caller.user_id, content_id)
            yield seen
            while (seconds := _seconds_left()) > 0 and not self.draining.is_set():
                await either(changed, self.draining, min(seconds, LOOK_SECONDS))
                changed.clear()
                try:
                    found = await store.get_content(self.db, caller.user_id, content_id)
                except ContentNotFound:
                    return
                if found.revision != seen.revision:
                    yield found
                seen = found


def _seconds_left() -> float:
    left = remaining_seconds()
    return LOOK_SECONDS if left is None else left
