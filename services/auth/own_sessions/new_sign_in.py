"""Tells owners of sign-ins from places that are new for them: it may have been somebody else.

Source: OWASP ASVS 5.0, 6.3.5; docs/decisions/0100-when-a-session-was-used.md
"""

from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from uuid import UUID
from zoneinfo import ZoneInfo

from services.auth.audit.events import note
from services.auth.model import Device
from services.auth.own_sessions import store
from services.auth.own_sessions.store import OwnerToTell
from services.auth.own_sessions.user_agents import client_name
from services.auth.verification import mail_payload
from services.kernel.db import Transaction
from services.kernel.outbox import Outbox

MEMORY = timedelta(days=90)
NETWORK_BITS = {4: 24, 6: 48}
"""People's addresses change within these; the mail names no more of it."""


class NewSignIn:
    """Watches where sign-ins come from."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def tell(self, tx: Transaction, user_id: UUID, device: Device) -> None:
        """Mail the owner, unless the device is known, or its kind and network are.

        Comes before the sign-in is noted, so that the very first one tells nobody.
        """
        if device.known_id is not None:
            return
        client, network = client_name(device.user_agent), _network(device.address)
        owner = await store.owner_to_tell(
            tx, user_id, client=client, network=network, memory=MEMORY
        )
        if owner is None:
            return
        details = {"client": client, "network": str(network)}
        await note(tx, "signed_in_from_new_place", user_id, details)
        # What a device calls itself must not hide what it is.
        shown = f"{device.name} ({client})" if device.name else client
        await self._mail(tx, owner, shown, network)

    async def _mail(
        self,
        tx: Transaction,
        owner: OwnerToTell,
        device: str,
        network: IPv4Network | IPv6Network | None,
    ) -> None:
        params = {
            "first_name": owner.person.first_name,
            "device": device,
            "network": str(network or "unknown"),
            "time": f"{owner.at.astimezone(ZoneInfo(owner.time_zone)):%Y-%m-%d %H:%M}",
            "time_zone": owner.time_zone,
        }
        await self._outbox.add(
            tx,
            topic="mail",
            queue="mail",
            user_id=owner.person.user_id,
            payload=mail_payload("new_sign_in", owner.person) | {"params": params},
        )


def _network(address: IPv4Address | IPv6Address | None) -> IPv4Network | IPv6Network | None:
    if address is None:
        return None
    return ip_network((address, NETWORK_BITS[address.version]), strict=False)
