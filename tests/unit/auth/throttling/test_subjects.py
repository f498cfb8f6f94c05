"""Which tries are counted together."""

from ipaddress import ip_address
from uuid import uuid4

import pytest

from services.auth.throttling.subjects import account, device, member, places


def test_an_address_is_one_account_in_any_case() -> None:
    assert account("Ada@Example.com") == account("ada@example.COM")
    assert account("ada@example.com") != account("ada@example.org")


@pytest.mark.parametrize(
    ("one", "other", "shares_address", "shares_network"),
    [
        ("192.0.2.1", "192.0.2.1", True, True),
        ("192.0.2.1", "192.0.2.254", False, True),
        ("192.0.2.1", "192.0.3.1", False, False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True, True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False, True),
        ("2001:db8:1:2::1", "2001:db8:2:2::1", False, False),
        ("::ffff:192.0.2.1", "192.0.2.1", True, True),
        ("::ffff:192.0.2.1", "::ffff:198.51.100.1", False, False),
    ],
)
def test_addresses_and_networks_are_counted_as_one_holder_has_them(
    one: str, other: str, shares_address: bool, shares_network: bool
) -> None:
    first, second = places(ip_address(one)), places(ip_address(other))
    assert (first[0] == second[0], first[1] == second[1]) == (shares_address, shares_network)


def test_an_unnamed_client_is_not_counted_with_others() -> None:
    assert places(None) == ()


def test_kinds_do_not_mix() -> None:
    someone = uuid4()
    address = ip_address("192.0.2.1")
    subjects = {
        account(str(someone)),
        device(someone),
        member(someone),
        *places(address),
        *places(address, "ask"),
        *places(address, "register"),
    }
    assert len(subjects) == 9
