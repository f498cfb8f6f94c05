"""Tokens that must not open anything: right key but expired, wrong key, wrong kind."""

import asyncio
import base64
import os
import time
from functools import lru_cache
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.kernel import jwt
from services.kernel.callers import ACCESS_TYPE, AUDIENCE
from services.kernel.config import MeshSettings, Settings
from services.kernel.credentials import Signer
from services.kernel.crypto import Keys, Sealed, context
from stack.data_dir import DataDir
from stack.environment import child_environment
from stack.secrets import load
from stack.topology import Topology
from tests.support.stack import Stack, User


def claims(user: User, **changed: object) -> dict[str, object]:
    now = int(time.time())
    return {
        "iss": "inergize",
        "aud": AUDIENCE,
        "sub": user.user_id,
        "sid": str(uuid4()),
        "iat": now,
        "exp": now + 600,
    } | changed


def foreign_token(user: User) -> str:
    """Well-formed, signed by nobody we know."""
    return jwt.sign(Ed25519PrivateKey.generate(), {"typ": ACCESS_TYPE, "kid": "k1"}, claims(user))


def expired_token(stack: Stack, user: User) -> str:
    """Signed by the deployment's own key, a minute too late."""
    now = int(time.time())
    return signed_token(stack, claims(user, iat=now - 700, exp=now - 60))


def signed_token(stack: Stack, body: dict[str, object], typ: str = ACCESS_TYPE) -> str:
    """Anything, signed by the deployment's own key."""
    key_id, key = _signing_key(stack.addresses["DATABASE_URL"], str(stack.folder))
    return jwt.sign(key, {"typ": typ, "kid": key_id}, body)


def signed_parts(stack: Stack, header: str, body: str) -> str:
    """Any two texts in the places of header and claims, signed by the deployment's own key."""
    _, key = _signing_key(stack.addresses["DATABASE_URL"], str(stack.folder))
    signed = f"{encoded(header.encode())}.{encoded(body.encode())}"
    return f"{signed}.{encoded(key.sign(signed.encode()))}"


def published_key(stack: Stack) -> tuple[str, bytes]:
    """The deployment's key as anybody can read it: id and public half."""
    key_id, key = _signing_key(stack.addresses["DATABASE_URL"], str(stack.folder))
    return key_id, key.public_key().public_bytes_raw()


def encoded(raw: bytes) -> str:
    """Base64 as JWTs have it."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def internal_token(stack: Stack) -> str:
    """A worker's real credential for Content."""
    return Signer("workers", _mesh(str(stack.folder))).token_for("content")


@lru_cache
def _settings_of(folder: str, child: str) -> Settings:
    place = DataDir(Path(folder))
    topology = Topology.load(place.root)
    environment = child_environment(child, topology, load(place))
    return _from(environment)


def _mesh(folder: str) -> MeshSettings:
    return _settings_of(folder, "workers").mesh


@lru_cache
def _signing_key(dsn: str, folder: str) -> tuple[str, Ed25519PrivateKey]:
    row = asyncio.run(_key_row(dsn))
    keys = Keys(_settings_of(folder, "auth").crypto)
    sealed = Sealed(row["private_ct"], row["private_nonce"], row["private_key_id"])
    seed = keys.open(sealed, context("jwt_keys.private", row["kid"]))
    return row["kid"], Ed25519PrivateKey.from_private_bytes(seed)


async def _key_row(dsn: str) -> asyncpg.Record:
    connection = await asyncpg.connect(dsn)
    try:
        row = await connection.fetchrow(
            "SELECT kid, private_ct, private_nonce, private_key_id FROM auth.jwt_keys"
            " ORDER BY not_before DESC LIMIT 1"
        )
    finally:
        await connection.close()
    assert row is not None
    return row


def _from(environment: dict[str, str]) -> Settings:
    with patch.dict(os.environ, environment, clear=True):
        return Settings()
