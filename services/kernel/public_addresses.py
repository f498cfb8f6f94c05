"""Which IP addresses are everybody's, and not some network's own.

Source: the IANA special-purpose address registries; RFC 6890, RFC 4291, RFC 6052.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""The only part of IPv6 from which public addresses are given out."""
_SPECIAL = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, among them Teredo, which leads to any IPv4 address
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which leads to any IPv4 address
        "3fff::/20",  # documentation
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Whether the address is in the public internet.

    An IPv6 address that only wraps an IPv4 one counts as that one.
    """
    if isinstance(address, IPv4Address):
        return _is_public_v4(address)
    inner = _wrapped(address)
    if inner is not None:
        return _is_public_v4(inner)
    is_special = any(address in network for network in _SPECIAL)
    return address in _GLOBAL_UNICAST and not is_special


def _is_public_v4(address: IPv4Address) -> bool:
    # 224.0.1.0 and the like are global, and no host.
    return address.is_global and not address.is_multicast and not address.is_reserved


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped
