"""What a new password brings with it, however it came."""

from uuid import UUID

from services.auth import store as accounts
from services.auth.account.store import call_change_off
from services.auth.audit.events import note
from services.auth.devices.devices import Devices
from services.auth.model import Addressee
from services.auth.recovery import store
from services.auth.sessions import Sessions
from services.auth.verification import mail_payload
from services.kernel.db import Transaction
from services.kernel.outbox import Outbox

RESET = "reset_password"


class Aftermath:
    """Ends what the former password opened, and tells the owner."""

    def __init__(self, sessions: Sessions, devices: Devices, outbox: Outbox) -> None:
        self._sessions = sessions
        self._devices = devices
        self._outbox = outbox

    async def follow(
        self, tx: Transaction, person: Addressee, event: str, *, keep: UUID | None = None
    ) -> None:
        """End the user's sessions but for `keep`, open challenges and mailed tokens; mail.

        Known devices and a pending change of address go too: a stranger may have left them behind.
        """
        ended = await self._sessions.end_all(tx, person.user_id, "password_change", keep=keep)
        await self._devices.forget_all(tx, person.user_id)
        await call_change_off(tx, person.user_id)
        await store.end_challenges(tx, person.user_id)
        await accounts.void_one_time_tokens(tx, person.user_id, RESET)
        await note(tx, event, person.user_id, {"sessions_ended": ended})
        await self._outbox.add(
            tx,
            topic="mail",
            queue="mail",
            user_id=person.user_id,
            payload=mail_payload("password_changed", person),
        )
