"""A process's own token opens the one service it names, as that process, and nothing else."""

import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.kernel import jwt
from services.kernel.callers import ACCESS_TYPE
from services.kernel.credentials import LIFE_SECONDS, TYPE, Signer, Verifier
from services.kernel.errors import Unauthenticated
from tests.support.identity import mesh_settings

MESH = mesh_settings()


def is_let_in(token: str, target: str) -> bool:
    try:
        Verifier(target, MESH.public_keys).caller(token)
    except Unauthenticated:
        return False
    return True


def test_token_says_who_signed_it_to_the_one_it_is_for() -> None:
    token = Signer("workers", MESH).token_for("content")
    assert Verifier("content", MESH.public_keys).caller(token) == "workers"
    assert not is_let_in(token, "auth")


def test_tokens_for_two_services_differ_and_neither_opens_the_other() -> None:
    signer = Signer("auth", MESH)
    for target, other in (("profile", "safety"), ("safety", "profile")):
        assert is_let_in(signer.token_for(target), target)
        assert not is_let_in(signer.token_for(target), other)


def test_token_lives_a_minute() -> None:
    claims = jwt.parse(Signer("auth", MESH).token_for("profile"), TYPE).claims
    assert claims["exp"] - claims["iat"] == LIFE_SECONDS == 60


def forged(
    key: Ed25519PrivateKey, *, typ: str = TYPE, kid: str = "workers", **changed: object
) -> str:
    now = int(time.time())
    claims = {"iss": "inergize", "sub": "svc:workers", "aud": "svc:content", "iat": now}
    return jwt.sign(key, {"typ": typ, "kid": kid}, claims | {"exp": now + 60} | changed)


@pytest.fixture
def own_key() -> Ed25519PrivateKey:
    """The key of `workers`."""
    return Signer("workers", MESH)._key


def test_what_the_tests_forge_would_be_good_otherwise(own_key: Ed25519PrivateKey) -> None:
    assert is_let_in(forged(own_key), "content")


@pytest.mark.parametrize(
    "change",
    [
        {"typ": ACCESS_TYPE},
        {"kid": "auth"},
        {"kid": "nobody"},
        {"sub": "svc:auth"},
        {"aud": "inergize"},
        {"iss": "somebody"},
        {"exp": 1},
    ],
)
def test_nobody_passes_for_another(own_key: Ed25519PrivateKey, change: dict[str, str]) -> None:
    assert not is_let_in(forged(own_key, **change), "content")


def test_a_strangers_signature_is_refused() -> None:
    assert not is_let_in(forged(Ed25519PrivateKey.generate()), "content")
