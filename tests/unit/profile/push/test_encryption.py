"""Push messages: RFC 8291's own example, and another's code for any message."""

import base64

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.profile.push.encryption import LONGEST_MESSAGE, encrypted, encrypted_with, point
from services.profile.push.model import BrowserKeys


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_example_of_the_rfc() -> None:
    """RFC 8291, section 5 and appendix A."""
    browser = BrowserKeys(
        decoded(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        ),
        decoded("BTBZMqHH6r4Tts7J_aSIgg"),
    )
    number = int.from_bytes(decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    own = ec.derive_private_key(number, ec.SECP256R1())
    salt = decoded("DGv6ra1nlYgDCS1FRnbzlw")
    message = b"When I grow up, I want to be a watermelon"
    assert encrypted_with(message, browser, own, salt) == decoded(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@settings(max_examples=25, deadline=None)
@given(message=st.binary(max_size=LONGEST_MESSAGE), secret=st.binary(min_size=16, max_size=16))
def test_another_implementation_reads_it(message: bytes, secret: bytes) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    body = encrypted(message, BrowserKeys(point(key.public_key()), secret))
    assert len(body) <= 4096
    assert http_ece.decrypt(body, private_key=key, auth_secret=secret) == message


def test_what_does_not_fit_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    browser = BrowserKeys(point(key.public_key()), b"0" * 16)
    with pytest.raises(ValueError, match="3993"):
        encrypted(b"x" * (LONGEST_MESSAGE + 1), browser)
