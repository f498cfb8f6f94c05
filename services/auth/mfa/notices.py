"""What a user is told by mail about their second factors, and what the audit log keeps."""

from typing import Literal
from uuid import UUID

from services.auth.audit.events import note
from services.auth.model import Addressee
from services.auth.verification import mail_payload
from services.kernel.db import Transaction
from services.kernel.outbox import Outbox

Change = Literal["enabled", "disabled", "backup_codes"]


class Notices:
    """Mails and audit events; both commit with what they tell of."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def changed(
        self, tx: Transaction, person: Addressee, change: Change, method: str = ""
    ) -> None:
        """A method was switched on or off, or the backup codes were made anew."""
        events = {"backup_codes": "backup_codes_regenerated"}
        details = {"method": method} if method else {}
        await note(tx, events.get(change, f"mfa_{change}"), person.user_id, details)
        await self._mail(tx, person, "mfa_changed", change=change, method=method)

    async def backup_code_used(self, tx: Transaction, person: Addressee, codes_left: int) -> None:
        """A backup code was used."""
        await note(tx, "backup_code_used", person.user_id, {"left": codes_left})
        await self._mail(tx, person, "backup_code_used", codes_left=codes_left)

    async def locked(self, tx: Transaction, person: Addressee) -> None:
        """Too many wrong codes came from somebody who has the password."""
        await note(tx, "mfa_locked", person.user_id)
        await self._mail(tx, person, "mfa_locked")

    async def refused(self, tx: Transaction, user_id: UUID, way: str) -> None:
        """A wrong code was given. Too common to be mailed."""
        await note(tx, "mfa_code_refused", user_id, {"method": way})

    async def _mail(
        self, tx: Transaction, person: Addressee, template: str, **params: object
    ) -> None:
        payload = mail_payload(template, person)
        named: dict[str, object] = {"first_name": person.first_name, **params}
        await self._outbox.add(
            tx,
            topic="mail",
            queue="mail",
            user_id=person.user_id,
            payload=payload | {"params": named},
        )
