"""Mails about the life of an account."""

from datetime import datetime

from services.auth.model import Addressee
from services.auth.verification import mail_payload
from services.kernel.db import Transaction
from services.kernel.outbox import Outbox
from services.kernel.time_zones import zone_named


async def mail(
    outbox: Outbox,
    tx: Transaction,
    template: str,
    person: Addressee,
    *,
    secret: str | None = None,
    **params: str,
) -> None:
    """Mail somebody once the transaction has committed; a token travels as `secret`, sealed."""
    payload = mail_payload(template, person)
    await outbox.add(
        tx,
        topic="mail",
        queue="mail",
        user_id=person.user_id,
        payload={**payload, "params": {"first_name": person.first_name, **params}},
        secret=secret,
    )


def on_the_clock(at: datetime, time_zone: str) -> str:
    """A time as a reader in that zone has it: `2026-12-07 15:20 Europe/Vienna`."""
    return f"{at.astimezone(zone_named(time_zone)):%Y-%m-%d %H:%M} {time_zone}"
