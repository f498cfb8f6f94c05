"""Authenticator apps: RFC 6238's own vectors, and an implementation that is not ours."""

import pyotp
import pytest

from services.auth.mfa import totp

RFC_SECRET = b"12345678901234567890"
RFC_6238_APPENDIX_B_SHA1 = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


@pytest.mark.parametrize(("unix_time", "code"), RFC_6238_APPENDIX_B_SHA1)
def test_vectors_of_rfc_6238(unix_time: int, code: str) -> None:
    assert totp.code_at(RFC_SECRET, unix_time, digits=8) == code
    assert totp.code_at(RFC_SECRET, unix_time) == code[2:]
    assert totp.matching_step(RFC_SECRET, code[2:], unix_time) == unix_time // 30


@pytest.mark.parametrize("unix_time", [0, 29, 30, 1_800_000_017, 1_900_000_000])
def test_codes_are_those_of_another_implementation(unix_time: int) -> None:
    secret = totp.new_secret()
    app = pyotp.TOTP(totp.as_base32(secret))
    assert totp.code_at(secret, unix_time) == app.at(unix_time)


@pytest.mark.parametrize(
    ("seconds_off", "is_taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_one_step_of_tolerance_either_way(seconds_off: int, is_taken: bool) -> None:
    secret, now = totp.new_secret(), 1_800_000_015
    step = totp.matching_step(secret, totp.code_at(secret, now + seconds_off), now)
    assert step == ((now + seconds_off) // 30 if is_taken else None)


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "abcdef", "\u0661\u0662\u0663\u0664\u0665\u0666"]
)
def test_what_is_no_code_matches_nothing(code: str) -> None:
    assert totp.matching_step(RFC_SECRET, code, 59) is None


def test_link_says_what_an_app_needs() -> None:
    uri = totp.otpauth_uri(RFC_SECRET, "ada+tag@example.com", "In & Out")
    app = pyotp.parse_uri(uri)
    assert (app.name, app.issuer) == ("ada+tag@example.com", "In & Out")
    assert (app.byte_secret(), app.digits) == (RFC_SECRET, 6)
    assert app.digest().name == "sha1"


def test_secrets_differ_and_are_as_long_as_sha1() -> None:
    secrets = {totp.new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert {len(secret) for secret in secrets} == {20}


def test_picture_is_a_png_of_the_link() -> None:
    first, second = totp.qr_png("otpauth://totp/a"), totp.qr_png("otpauth://totp/b")
    assert first[:8] == b"\x89PNG\r\n\x1a\n"
    assert first != second
