"""Forged and broken access tokens of a user who is signed in: only the flaw can get them refused.

Each is tried through the edge, by REST and gRPC, and on the services directly. Of what went through
the edge the test knows who refused it: Envoy, or the service behind it.
"""

import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import grpc
import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from inergize.common.v1 import access_pb2

from services.kernel import jwt
from tests.support import protocols
from tests.support.contracts import all_methods
from tests.support.people import sign_up
from tests.support.stack import Stack, User
from tests.support.tokens import (
    encoded,
    internal_token,
    published_key,
    signed_parts,
    signed_token,
)
from tests.support.valid import valid_request

EDGE, SERVICE = "the edge", "the service"
STRANGER = Ed25519PrivateKey.generate()
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
METHODS = {method.name: method for method in all_methods()}


class Forger:
    """Has a signed-in user's claims, and the deployment's key where a forgery needs even that."""

    def __init__(self, stack: Stack, user: User) -> None:
        self.stack, self.user = stack, user
        self.key_id, self.public = published_key(stack)
        self.claims: dict[str, Any] = dict(jwt.parse(user.token, "at+jwt").claims)
        self.header: dict[str, Any] = {"alg": "EdDSA", "typ": "at+jwt", "kid": self.key_id}

    @property
    def now(self) -> int:
        return int(time.time())

    def with_claims(self, **changed: Any) -> str:
        """Other claims under the deployment's own signature; None leaves one out."""
        claims = {k: v for k, v in (self.claims | changed).items() if v is not None}
        return signed_token(self.stack, claims)

    def with_header(self, **changed: Any) -> str:
        """Another header under the deployment's own signature; None leaves a name out."""
        header = {k: v for k, v in (self.header | changed).items() if v is not None}
        return signed_parts(self.stack, json.dumps(header), json.dumps(self.claims))

    def signed_by(self, sign: Callable[[bytes], bytes], **header: Any) -> str:
        """The right claims under anybody's signature."""
        parts = (json.dumps(self.header | header), json.dumps(self.claims))
        signed = ".".join(encoded(part.encode()) for part in parts)
        return f"{signed}.{encoded(sign(signed.encode()))}"

    def mac(self, secret: bytes, digest: str = "sha256") -> str:
        """The public key taken for a shared secret."""
        return self.signed_by(
            lambda signed: hmac.digest(secret, signed, digest), alg=f"HS{digest[3:]}"
        )

    def as_pem(self) -> bytes:
        return Ed25519PublicKey.from_public_bytes(self.public).public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def twice(self, header: str = "", claims: str = "") -> str:
        """Names that are there twice, the first time with what stands here."""
        return signed_parts(
            self.stack,
            "{" + header + json.dumps(self.header)[1:],
            "{" + claims + json.dumps(self.claims)[1:],
        )


def _jwk(key: Ed25519PrivateKey) -> dict[str, str]:
    x = encoded(key.public_key().public_bytes_raw())
    return {"kty": "OKP", "crv": "Ed25519", "x": x}


def _rsa(signed: bytes) -> bytes:
    return RSA_KEY.sign(signed, padding.PKCS1v15(), hashes.SHA256())


def _cut(token: str, *, signature: str) -> str:
    return f"{token.rpartition('.')[0]}.{signature}"


FORGERIES: dict[str, tuple[Callable[[Forger], str], str]] = {
    # No signature, or one that anybody could make.
    "alg none": (lambda f: f.signed_by(lambda _: b"", alg="none"), EDGE),
    "alg nOnE": (lambda f: f.signed_by(lambda _: b"", alg="nOnE"), EDGE),
    "alg none, signed": (lambda f: f.with_header(alg="none"), EDGE),
    "no alg": (lambda f: f.with_header(alg=None), EDGE),
    "HS256 with the public key": (lambda f: f.mac(f.public), EDGE),
    "HS256 with its base64": (lambda f: f.mac(encoded(f.public).encode()), EDGE),
    "HS256 with its PEM": (lambda f: f.mac(f.as_pem()), EDGE),
    "HS512 with the public key": (lambda f: f.mac(f.public, "sha512"), EDGE),
    "HS256, signed by the key": (lambda f: f.with_header(alg="HS256"), EDGE),
    "RS256 of a stranger": (lambda f: f.signed_by(_rsa, alg="RS256"), EDGE),
    "ES256 of a stranger": (
        lambda f: f.signed_by(lambda s: EC_KEY.sign(s, ec.ECDSA(hashes.SHA256())), alg="ES256"),
        EDGE,
    ),
    "Ed25519 instead of EdDSA": (lambda f: f.with_header(alg="Ed25519"), EDGE),
    "empty signature": (lambda f: _cut(f.user.token, signature=""), EDGE),
    "cut signature": (lambda f: f.user.token[:-4], EDGE),
    "another token's signature": (
        lambda f: _cut(f.with_claims(), signature=f.with_claims(gen=7).rpartition(".")[2]),
        EDGE,
    ),
    # Keys of strangers, however they are offered.
    "a stranger's key under our id": (lambda f: f.signed_by(STRANGER.sign), EDGE),
    "unknown kid": (lambda f: f.signed_by(STRANGER.sign, kid="unknown"), EDGE),
    "unknown kid, our key": (lambda f: f.with_header(kid="unknown"), EDGE),
    "no kid": (lambda f: f.with_header(kid=None), SERVICE),
    "kid as a number": (lambda f: f.with_header(kid=7), EDGE),
    "kid as a path": (lambda f: f.signed_by(STRANGER.sign, kid="../../dev/null"), EDGE),
    "kid as a query": (lambda f: f.signed_by(STRANGER.sign, kid="' OR 1=1 --"), EDGE),
    "jwk in the header": (lambda f: f.signed_by(STRANGER.sign, jwk=_jwk(STRANGER)), EDGE),
    "jwk, unknown kid": (
        lambda f: f.signed_by(STRANGER.sign, kid="mine", jwk=_jwk(STRANGER) | {"kid": "mine"}),
        EDGE,
    ),
    "jku": (lambda f: f.signed_by(STRANGER.sign, jku="http://127.0.0.1:9/jwks"), EDGE),
    "x5u": (lambda f: f.signed_by(STRANGER.sign, x5u="http://127.0.0.1:9/cert"), EDGE),
    "x5c": (lambda f: f.signed_by(STRANGER.sign, x5c=["MIIB"]), EDGE),
    # Even our own key signs no such header.
    "jku, our key": (lambda f: f.with_header(jku="http://127.0.0.1:9/jwks"), SERVICE),
    "jwk, our key": (lambda f: f.with_header(jwk=_jwk(STRANGER)), SERVICE),
    "crit": (lambda f: f.with_header(crit=["exp"]), SERVICE),
    "crit of an unknown name": (lambda f: f.with_header(crit=["x"], x=1), SERVICE),
    # Tokens of other kinds.
    "a service's credential": (lambda f: internal_token(f.stack), EDGE),
    "typ svc+jwt": (lambda f: f.with_header(typ="svc+jwt"), SERVICE),
    "typ JWT": (lambda f: f.with_header(typ="JWT"), SERVICE),
    "no typ": (lambda f: f.with_header(typ=None), SERVICE),
    # Claims, under our own signature.
    "another issuer": (lambda f: f.with_claims(iss="https://evil.example"), EDGE),
    "no issuer": (lambda f: f.with_claims(iss=None), EDGE),
    "another audience": (lambda f: f.with_claims(aud="svc:content"), EDGE),
    "several audiences": (lambda f: f.with_claims(aud=["inergize", "other"]), SERVICE),
    "no audience": (lambda f: f.with_claims(aud=None), EDGE),
    "expired": (lambda f: f.with_claims(iat=f.now - 700, exp=f.now - 60), EDGE),
    "expired this second": (lambda f: f.with_claims(exp=f.now - 1), SERVICE),
    "no expiry": (lambda f: f.with_claims(exp=None), EDGE),
    "expiry as a text": (lambda f: f.with_claims(exp=str(f.now + 60)), EDGE),
    "expiry as a fraction": (lambda f: f.with_claims(exp=f.now + 60.5), SERVICE),
    "issued in the future": (lambda f: f.with_claims(iat=f.now + 60), SERVICE),
    "no issue time": (lambda f: f.with_claims(iat=None), SERVICE),
    "not before the future": (lambda f: f.with_claims(nbf=f.now + 60), EDGE),
    "no subject": (lambda f: f.with_claims(sub=None), SERVICE),
    "a subject that is no id": (lambda f: f.with_claims(sub="admin"), SERVICE),
    "no session": (lambda f: f.with_claims(sid=None), SERVICE),
    "another user's subject": (lambda f: f.with_claims(sub=f.key_id.ljust(32, "0")), SERVICE),
    # Forms.
    "a fourth part": (lambda f: f"{f.user.token}.e30", EDGE),
    "a dot at the end": (lambda f: f"{f.user.token}.", SERVICE),
    "two parts": (lambda f: f.user.token.rpartition(".")[0], EDGE),
    "base64 with padding": (lambda f: f.user.token.replace(".", "=.", 1), EDGE),
    "claims that are a list": (
        lambda f: signed_parts(f.stack, json.dumps(f.header), json.dumps([f.claims])),
        EDGE,
    ),
    "a name twice in the header": (lambda f: f.twice(header='"alg": "none", '), EDGE),
    "a name twice in the claims": (
        lambda f: f.twice(claims=f'"sub": "{STRANGER.public_key().public_bytes_raw().hex()}", '),
        EDGE,
    ),
}


@pytest.fixture(scope="module")
def forger(stack: Stack) -> Forger:
    return Forger(stack, sign_up(stack))


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_what_is_not_forged_gets_in_everywhere(
    forger: Forger, stack: Stack, channel: grpc.Channel
) -> None:
    """The forger's own copy of the token is as good as the user's: only the flaws are refused."""
    for token in (forger.user.token, forger.with_claims(), forger.with_header(), forger.twice()):
        assert _through_the_edge(stack, token).status_code == httpx.codes.OK
        assert protocols.native(channel, *_list_content(), bearer(token)).status == 0
        for ending in _directly(stack, token):
            assert ending.status == 0, ending


@pytest.mark.parametrize("flaw", FORGERIES)
def test_forged_token_is_refused_at_the_edge_and_by_each_service(
    forger: Forger, stack: Stack, channel: grpc.Channel, flaw: str
) -> None:
    forge, refuser = FORGERIES[flaw]
    token = forge(forger)
    reply = _through_the_edge(stack, token)
    assert reply.status_code == httpx.codes.UNAUTHORIZED, reply.text
    assert _refused_by(reply) == refuser, reply.text
    ending = protocols.native(channel, *_list_content(), bearer(token))
    assert ending.is_unauthenticated, ending
    for ending in _directly(stack, token):
        assert (ending.is_unauthenticated, ending.is_refused) == (True, True), ending


def test_access_token_is_no_credential_of_a_service(forger: Forger, stack: Stack) -> None:
    for method in all_methods():
        if method.access != access_pb2.ACCESS_INTERNAL or ".common." in method.path:
            continue
        room = method.path.split(".")[1]
        as_service = forger.with_claims(sub="svc:workers", aud=f"svc:{room}")
        for token in (forger.user.token, as_service):
            with grpc.insecure_channel(stack.addresses[f"{room.upper()}_ADDRESS"]) as direct:
                request = valid_request(method.request_type)
                assert protocols.native(direct, method, request, bearer(token)).is_unauthenticated


def _through_the_edge(stack: Stack, token: str) -> httpx.Response:
    return httpx.get(f"{stack.url}/v1/content?pageSize=1", headers=bearer(token))


def _refused_by(reply: httpx.Response) -> str:
    """Envoy names the kind of flaw in a header, services do not know of HTTP."""
    return EDGE if "www-authenticate" in reply.headers else SERVICE


def _directly(stack: Stack, token: str) -> list[protocols.Ending]:
    """A service that asks Auth for keys and sessions, and Auth itself."""
    endings = []
    for name in ("ListContent", "GetCurrentUser"):
        method = METHODS[name]
        room = method.path.split(".")[1]
        with grpc.insecure_channel(stack.addresses[f"{room.upper()}_ADDRESS"]) as direct:
            request = valid_request(method.request_type)
            endings.append(protocols.native(direct, method, request, bearer(token)))
    return endings


def _list_content() -> tuple[Any, Any]:
    method = METHODS["ListContent"]
    return method, valid_request(method.request_type)
