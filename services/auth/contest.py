"""Addresses registered again, with another password, before anybody has proved them.

Whoever registers first need not own the address: a stranger who foresees that somebody will open an
account opens it before them, and waits until its owner confirms what is in the mailbox. So neither
password is trusted; who has the mailbox chooses one.
Source: docs/decisions/0110-two-registrations.md
"""

import base64
import os

from services.auth import store
from services.auth.model import Addressee
from services.auth.recovery.mailing import ResetMail
from services.kernel.db import Transaction

TEMPLATE = "registered_twice"
DIGEST_BYTES = 32


class Contest:
    """Takes passwords from unproved accounts."""

    def __init__(self, reset_mail: ResetMail) -> None:
        self._reset_mail = reset_mail

    async def settle(self, tx: Transaction, owner: Addressee, password_hash: str) -> bool:
        """Leave the account without a password and mail how to choose one; False for a proved one.

        `password_hash` is any of today's parameters.
        """
        if not await store.take_password(tx, owner.user_id, nobodys(password_hash)):
            return False
        await self._reset_mail.send_when_due(tx, owner, TEMPLATE)
        return True


def nobodys(password_hash: str) -> str:
    """A PHC string that costs as much to check and that no password is known for."""
    parameters, _, _ = password_hash.rpartition("$")
    digest = base64.b64encode(os.urandom(DIGEST_BYTES)).decode().rstrip("=")
    return f"{parameters}${digest}"
