import base64
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.kernel import jwt

KEY = Ed25519PrivateKey.generate()
HEADER = {"typ": "at+jwt", "kid": "k"}


class FromNow(int):
    """Seconds from now: a run may collect this test long before it comes to it."""


def _claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    resolved = {
        name: now + value if isinstance(value, FromNow) else value
        for name, value in changed.items()
    }
    return {"iss": "i", "aud": "a", "sub": "s", "iat": now, "exp": now + 60} | resolved


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _accepts(token: str) -> bool:
    try:
        parsed = jwt.parse(token, "at+jwt")
        jwt.verify(parsed, KEY.public_key())
        jwt.check_claims(parsed.claims, issuer="i", audience="a")
    except jwt.TokenError:
        return False
    return True


def test_own_token_is_accepted() -> None:
    assert _accepts(jwt.sign(KEY, HEADER, _claims()))


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "other"},
        {"aud": "other"},
        {"aud": ["a"]},
        {"exp": FromNow(-1)},
        {"exp": "soon"},
        {"exp": None},
        {"iat": FromNow(600)},
        {"iat": None},
        {"iat": True},
        {"exp": True},
        {"exp": 9e9},
        {"exp": float("nan")},
        {"nbf": FromNow(600)},
        {"nbf": "now"},
        {"sub": 7},
    ],
)
def test_wrong_claim_is_refused(changed: dict[str, Any]) -> None:
    assert not _accepts(jwt.sign(KEY, HEADER, _claims(**changed)))


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "RS256"},
        {"alg": "ed25519"},
        {"typ": "JWT"},
        {"typ": "svc+jwt"},
        {"jku": "https://evil.example/jwks"},
        {"x5u": "https://evil.example/cert"},
        {"jwk": {"kty": "OKP"}},
        {"crit": ["exp"]},
        {"kid": 7},
    ],
)
def test_wrong_header_is_refused_though_the_signature_is_right(header: dict[str, Any]) -> None:
    signed = f"{_part({'alg': 'EdDSA', **HEADER, **header})}.{_part(_claims())}"
    signature = base64.urlsafe_b64encode(KEY.sign(signed.encode())).decode().rstrip("=")
    assert not _accepts(f"{signed}.{signature}")


def test_name_that_is_there_twice_is_refused() -> None:
    claims, header = json.dumps(_claims()), json.dumps({"alg": "EdDSA", **HEADER})
    for first, second in (
        (header, f'{{"sub": "other", {claims[1:]}'),
        (f'{{"alg": "none", {header[1:]}', claims),
    ):
        parts = (base64.urlsafe_b64encode(part.encode()).decode() for part in (first, second))
        signed = ".".join(part.rstrip("=") for part in parts)
        signature = base64.urlsafe_b64encode(KEY.sign(signed.encode())).decode().rstrip("=")
        assert not _accepts(f"{signed}.{signature}")


def test_begun_token_is_accepted() -> None:
    assert _accepts(jwt.sign(KEY, HEADER, _claims(nbf=int(time.time()) - 1)))


def test_token_signed_by_another_key_is_refused() -> None:
    assert not _accepts(jwt.sign(Ed25519PrivateKey.generate(), HEADER, _claims()))


@pytest.mark.parametrize("token", ["", "a", "a.b", "a.b.c", "..", "a.b.c.d", "é.é.é", "e30.e30."])
def test_malformed_token_is_refused(token: str) -> None:
    assert not _accepts(token)


def test_cut_signature_is_refused() -> None:
    token = jwt.sign(KEY, HEADER, _claims())
    assert not _accepts(token[:-4])


@pytest.mark.parametrize("claims", [b"[" * 4000, b'{"a":' * 2000])
def test_deep_nesting_is_malformed(claims: bytes) -> None:
    signed = base64.urlsafe_b64encode(claims).decode().rstrip("=")
    with pytest.raises(jwt.TokenError):
        jwt.parse(f"{_part({'alg': 'EdDSA'} | HEADER)}.{signed}.c2ln", "at+jwt")
