"""Keyset paging: tokens that carry the last row's position and nothing a client could alter."""

import base64
import binascii
import json
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any
from uuid import UUID

from services.kernel.crypto import Keys
from services.kernel.errors import PageTokenInvalid

DEFAULT_PAGE_SIZE = 50
MAC_BYTES = 12


def page_size(requested: int) -> int:
    """The size to use; the contract has checked the limit of 200."""
    return requested or DEFAULT_PAGE_SIZE


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

    def _purpose(self, user_id: UUID) -> str:
        return f"page:{self.list_name}:{user_id}"
