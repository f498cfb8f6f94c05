"""Which addresses are public: no special range is, however its addresses are written."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.kernel.public_addresses import is_public

NOT_PUBLIC = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.0.0/29", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15"),
    *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    *("::/128", "::1/128", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "2001::/32"),
    *("2001:db8::/32", "2002::/16", "3fff::/20", "64:ff9b:1::/48", "5f00::/16", "4000::/2"),
)
PUBLIC = ("8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001:80f::200e")


def _inside(network: str) -> st.SearchStrategy[IPv4Address | IPv6Address]:
    return st.ip_addresses(network=ip_network(network))


@pytest.mark.parametrize("network", NOT_PUBLIC)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_special_ranges_are_not_public(network: str, data: st.DataObject) -> None:
    assert not is_public(data.draw(_inside(network)))


@pytest.mark.parametrize("text", PUBLIC)
def test_hosts_of_the_internet_are_public(text: str) -> None:
    assert is_public(ip_address(text))


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_wrapped_in_ipv6_an_address_is_what_it_is_bare(bare: IPv4Address) -> None:
    for prefix in (0xFFFF << 32, 0x64FF9B << 96):
        assert is_public(IPv6Address(prefix | int(bare))) == is_public(bare)


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_tunnels_that_lead_anywhere_are_not_public(inner: IPv4Address) -> None:
    assert not is_public(IPv6Address(0x2002 << 112 | int(inner) << 80))
