"""Leaving the list with one press, in the mail program or on a page, without signing in.

The token is the user's id under a MAC: nobody can make one for somebody else, and it is good for
nothing but to stop mails. It never ends: mails are read years later.
Source: RFC 8058, RFC 2369.
"""

import base64
import binascii
from hmac import compare_digest
from uuid import UUID

from services.kernel.crypto import Keys
from services.profile.errors import UserNotFound
from services.profile.notifications.errors import UnsubscribeTokenInvalid
from services.profile.preferences.domain import UserPreferences

PURPOSE = "unsubscribe"
ID_BYTES = 16
MAC_BYTES = 16


class Unsubscribing:
    """Makes tokens and redeems them."""

    def __init__(self, keys: Keys, preferences: UserPreferences) -> None:
        self._keys = keys
        self._preferences = preferences

    def token(self, user_id: UUID) -> str:
        """What stops a user's mails."""
        mac = self._keys.mac(PURPOSE, user_id.bytes)[:MAC_BYTES]
        return base64.urlsafe_b64encode(user_id.bytes + mac).decode().rstrip("=")

    async def unsubscribe(self, token: str) -> None:
        """Send its user no notification by mail any more; again changes nothing.

        Raises UnsubscribeTokenInvalid, also when the account is gone.
        """
        user_id = self._user_of(token)
        try:
            await self._preferences.stop_mails(user_id)
        except UserNotFound:
            raise UnsubscribeTokenInvalid from None

    def _user_of(self, token: str) -> UUID:
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise UnsubscribeTokenInvalid from None
        owner, mac = raw[:ID_BYTES], raw[ID_BYTES:]
        genuine = (one[:MAC_BYTES] for one in self._keys.macs(PURPOSE, owner))
        if len(owner) != ID_BYTES or not any(compare_digest(mac, one) for one in genuine):
            raise UnsubscribeTokenInvalid
        return UUID(bytes=owner)
