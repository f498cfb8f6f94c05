"""Signed-in callers and service credentials for a room under test."""

import base64
import time
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import SecretStr

from services.kernel import api_keys, jwt
from services.kernel.callers import ACCESS_TYPE, AUDIENCE, ApiKeyFacts, SessionFacts
from services.kernel.config import MeshSettings
from services.kernel.credentials import TYPE as SERVICE_TYPE
from services.kernel.credentials import Signer
from services.kernel.errors import ApiKeyEnded, SessionEnded

CALLERS = (
    *("auth", "profile", "content", "automation", "safety", "analytics"),
    *("workers", "scheduler", "pipeline", "stack"),
)
_KEY = Ed25519PrivateKey.generate()


class OpenSessions:
    """Sessions as Auth would report them: those opened here."""

    def __init__(self) -> None:
        self.open: dict[UUID, SessionFacts] = {}
        self.api_keys: dict[str, ApiKeyFacts] = {}

    async def facts(self, session_id: UUID, user_id: UUID) -> SessionFacts:
        if session_id not in self.open:
            raise SessionEnded
        return self.open[session_id]

    async def api_key(self, key: str) -> ApiKeyFacts:
        if key not in self.api_keys:
            raise ApiKeyEnded
        return self.api_keys[key]

    def make_api_key(self, user_id: UUID, *scopes: str) -> str:
        """An API key with these scopes."""
        key = api_keys.complete(f"{uuid4().hex}{uuid4().hex[:16]}")
        self.api_keys[key] = ApiKeyFacts(uuid4(), user_id, "free", "UTC", frozenset(scopes))
        return key

    async def public_key(self, key_id: str) -> Ed25519PublicKey | None:
        return _KEY.public_key() if key_id == "test" else None

    def sign_in(self, user_id: UUID, **facts: object) -> str:
        """Open a session and return an access token for it."""
        session_id = uuid4()
        values = {
            "role": "member",
            "tier": "free",
            "auth_level": 1,
            "time_zone": "UTC",
            "authenticated_at": time.time(),
        } | facts
        self.open[session_id] = SessionFacts(tokens_valid_after=0, **values)  # type: ignore[arg-type]
        auth_time = int(self.open[session_id].authenticated_at)
        return access_token(user_id, session_id, auth_time=auth_time)


def access_token(user_id: UUID, session_id: UUID, **claims: object) -> str:
    now = int(time.time())
    body = {
        "iss": "inergize",
        "aud": AUDIENCE,
        "sub": str(user_id),
        "sid": str(session_id),
        "iat": now,
        "exp": now + 600,
    } | claims
    return jwt.sign(_KEY, {"typ": ACCESS_TYPE, "kid": "test"}, body)


def mesh_settings(address: str = "127.0.0.1:1") -> MeshSettings:
    """Keys for every caller, as a deployment has them."""
    keys = {name: Ed25519PrivateKey.generate() for name in CALLERS}
    return MeshSettings(
        address=address,
        signing_keys={
            name: SecretStr(base64.b64encode(key.private_bytes_raw()).decode())
            for name, key in keys.items()
        },
        public_keys={
            name: base64.b64encode(key.public_key().public_bytes_raw()).decode()
            for name, key in keys.items()
        },
    )


def service_token(caller: str, target: str, mesh: MeshSettings) -> str:
    return Signer(caller, mesh).token_for(target)


def expiring_service_token(caller: str, mesh: MeshSettings, ends_at: int) -> str:
    """A credential for the probe that ends at a given Unix time."""
    seed = base64.b64decode(mesh.signing_keys[caller].get_secret_value())
    claims = {
        "iss": "inergize",
        "sub": f"svc:{caller}",
        "aud": "svc:probe",
        "iat": int(time.time()),
        "exp": ends_at,
    }
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return jwt.sign(key, {"typ": SERVICE_TYPE, "kid": caller}, claims)
