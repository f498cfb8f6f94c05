"""Keyset paging: tokens that carry the last row's position and nothing a client could alter."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any, TypeVar
from uuid import UUID

from services.kernel.crypto import Keys
from services.kernel.errors import PageTokenInvalid

T = TypeVar("T")

DEFAULT_PAGE_SIZE = 50
MAC_BYTES = 12


def page_size(requested: int) -> int:
    """The size to use; the contract has checked the limit of 200."""
    return requested or DEFAULT_PAGE_SIZE


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page of a list by time ended: the last row's time (aware) and id."""

    at: datetime
    row_id: UUID


@dataclass(frozen=True, slots=True)
class PageTokens:
    """Makes and reads the tokens of one list, such as `content.list`."""

    keys: Keys
    list_name: str

    def make(self, user_id: UUID, position: list[Any]) -> str:
        """A token for the rows after `position` (JSON values) in this user's list."""
        body = json.dumps(position, separators=(",", ":")).encode()
        mac = self.keys.mac(self._purpose(user_id), body)[:MAC_BYTES]
        return base64.urlsafe_b64encode(mac + body).decode().rstrip("=")

    def read(self, user_id: UUID, token: str) -> list[Any] | None:
        """The position in a token; None for an empty one.

        Raises PageTokenInvalid for a token that was altered or belongs to another user or list.
        """
        if not token:
            return None
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (binascii.Error, ValueError):
            raise PageTokenInvalid from None
        mac, body = raw[:MAC_BYTES], raw[MAC_BYTES:]
        genuine = self.keys.macs(self._purpose(user_id), body)
        if not any(compare_digest(mac, one[:MAC_BYTES]) for one in genuine):
            raise PageTokenInvalid
        position: list[Any] = json.loads(body)
        return position

    def after(self, user_id: UUID, token: str) -> Position | None:
        """Where the page before ended, in a list by time; None for the first page.

        Raises PageTokenInvalid.
        """
        position = self.read(user_id, token)
        if position is None:
            return None
        at, row_id = position
        return Position(datetime.fromisoformat(at), UUID(row_id))

    def cut(
        self, user_id: UUID, found: Sequence[T], size: int, position: Callable[[T], Position]
    ) -> tuple[list[T], str]:
        """The first `size` of what was found, in a list by time, and the token of the next page.

        Look for one row more than `size`: without it there is no next page, and no token.
        """
        page = list(found[:size])
        if len(found) <= size:
            return page, ""
        last = position(page[-1])
        return page, self.make(user_id, [last.at.isoformat(), str(last.row_id)])

    def _purpose(self, user_id: UUID) -> str:
        return f"page:{self.list_name}:{user_id}"
