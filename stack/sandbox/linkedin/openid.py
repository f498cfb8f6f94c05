"""OpenID Connect: discovery, the public key, and ID tokens signed with RS256.

LinkedIn puts no `nonce` into an ID token, whatever it was sent, and neither does this
(https://github.com/authlib/authlib/issues/763). Source:
https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2
"""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from stack.sandbox.linkedin import claims, signing
from stack.sandbox.linkedin.house import House, house_of
from stack.sandbox.linkedin.model import Member

ID_TOKEN_SECONDS = 3600


async def discovery(request: Request) -> Response:
    """Where everything is, as `/.well-known/openid-configuration`."""
    base = str(request.base_url).rstrip("/")
    return JSONResponse(
        {
            "issuer": issuer(request),
            "authorization_endpoint": f"{base}/oauth/v2/authorization",
            "token_endpoint": f"{base}/oauth/v2/accessToken",
            "userinfo_endpoint": f"{base}/v2/userinfo",
            "jwks_uri": f"{base}/oauth/openid/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile", "email"],
            "claims_supported": ["iss", "aud", "iat", "exp", "sub", *claims.NAMES],
        }
    )


async def keys(request: Request) -> Response:
    """The public half of the key that signs ID tokens."""
    return JSONResponse({"keys": [signing.public_key(house_of(request).database)]})


def issuer(request: Request) -> str:
    """Who signs: what the sandbox was told to say, else its own address."""
    own = f"{str(request.base_url).rstrip('/')}/oauth"
    return house_of(request).configured.issuer or own


def id_token(house: House, issued_by: str, client_id: str, member: Member, scope: str) -> str:
    """A signed statement of who signed in, good for an hour by the sandbox's clock."""
    now_seconds = house.clock.now_ms() // 1000
    body = {
        "iss": issued_by,
        "aud": client_id,
        "iat": now_seconds,
        "exp": now_seconds + ID_TOKEN_SECONDS,
        **claims.of_member(member, frozenset(scope.split())),
    }
    if "locale" in body:
        # One word here, where userinfo has an object.
        body["locale"] = f"{member.language}_{member.country}"
    header = {"typ": "JWT", "alg": "RS256", "kid": signing.public_key(house.database)["kid"]}
    signed = f"{_segment(header)}.{_segment(body)}"
    return f"{signed}.{signing.encode(signing.sign(house.database, signed.encode()))}"


def _segment(content: dict[str, Any]) -> str:
    return signing.encode(json.dumps(content).encode())
