"""Who and what tries are counted for."""

from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Literal
from uuid import UUID

from services.auth.throttling.model import Subject

What = Literal["ask", "register"]
"""For a new password; for an account."""
Address = IPv4Address | IPv6Address | None


def account(email: str) -> Subject:
    """Strangers' sign-ins to an address, whether or not it has an account."""
    return Subject("account", email.lower())


def device(device_id: UUID) -> Subject:
    """Sign-ins on a device that is known to its account."""
    return Subject("device", str(device_id))


def member(user_id: UUID) -> Subject:
    """A signed-in user's proofs: the present password, asked for again."""
    return Subject("member", str(user_id))


def number(phone_number: str) -> Subject:
    """A telephone number (E.164) that has not been proved to be its user's."""
    return Subject("number", phone_number)


def places(address: Address, what: What | None = None) -> tuple[Subject, ...]:
    """The client's address and network; none when the edge did not name it.

    With `what`, for requests that cause mail, which are counted apart from sign-ins.
    """
    if address is None:
        return ()
    prefix = f"{what}_" if what else ""
    return (
        Subject(f"{prefix}address", _block(address, v4=32, v6=64)),
        Subject(f"{prefix}network", _block(address, v4=24, v6=48)),
    )


def network_of(address: Address) -> str | None:
    """The network of an address: /24, or /48; None when the edge did not name one."""
    return None if address is None else _block(address, v4=24, v6=48)


def _block(address: IPv4Address | IPv6Address, *, v4: int, v6: int) -> str:
    # An IPv4 client may be written as an IPv6 one; all of them would share one /48.
    plain = address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
    length = v4 if isinstance(plain, IPv4Address) else v6
    return str(ip_network((plain, length), strict=False))
