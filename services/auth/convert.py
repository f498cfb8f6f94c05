"""Auth's messages to and from its model."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

from inergize.auth.v1 import auth_internal_service_pb2 as internal
from inergize.auth.v1 import auth_pb2
from inergize.auth.v1 import auth_service_pb2 as pb

from services.auth.model import Claim, Device, NewAccount, SessionTokens, User
from services.auth.signing.model import StoredKey
from services.kernel.callers import SessionFacts
from services.kernel.interceptors.call import Context
from services.kernel.messages import to_timestamp

CLIENT_ADDRESS = "x-inergize-client-address"
"""Set by the edge, which overwrites what a client may have sent."""
LONGEST_USER_AGENT = 500


def account_from_proto(request: pb.RegisterRequest) -> NewAccount:
    """What a person who registers says, with its defaults."""
    return NewAccount(
        email=request.email,
        password=request.password,
        first_name=request.first_name,
        last_name=request.last_name,
        time_zone=request.time_zone or "UTC",
        language=request.language or "en",
    )


def claim_from_proto(request: pb.LoginRequest) -> Claim:
    """What somebody who signs in says."""
    return Claim(request.email, request.password, request.device_token)


def client_address(context: Context) -> IPv4Address | IPv6Address | None:
    """Where a call comes from; None when the edge has not said."""
    metadata = dict(context.invocation_metadata() or ())
    return _address(str(metadata.get(CLIENT_ADDRESS, "")))


def device_from_call(request: pb.LoginRequest, context: Context) -> Device:
    """Where a sign-in comes from."""
    metadata = dict(context.invocation_metadata() or ())
    return Device(
        name=request.device_name,
        address=client_address(context),
        user_agent=str(metadata.get("user-agent", ""))[:LONGEST_USER_AGENT],
    )


def user_to_proto(user: User) -> auth_pb2.User:
    """An account, for its owner."""
    return auth_pb2.User(
        user_id=str(user.user_id),
        email=user.email,
        first_name=user.first_name,
        last_name=user.last_name,
        subscription_tier=tier_to_proto(user.subscription_tier),
        subscription_status=auth_pb2.SubscriptionStatus.Value(
            f"SUBSCRIPTION_STATUS_{user.subscription_status.upper()}"
        ),
        subscription_expires_time=to_timestamp(user.subscription_expires_at),
        is_linkedin_connected=user.is_linkedin_connected,
        time_zone=user.time_zone,
        language=user.language,
        avatar_url=user.avatar_url or "",
        is_verified=user.is_verified,
        role=role_to_proto(user.role),
        last_login_time=to_timestamp(user.last_login_at),
        created_time=to_timestamp(user.created_at),
        updated_time=to_timestamp(user.updated_at),
        phone=user.phone or "",
        pending_email=user.pending_email or "",
        is_mfa_enabled=user.is_mfa_enabled,
        erasure_time=to_timestamp(user.erasure_at),
        etag=user.etag,
    )


def tokens_to_proto(tokens: SessionTokens) -> auth_pb2.SessionTokens:
    """What a signed-in client holds."""
    return auth_pb2.SessionTokens(
        access_token=tokens.access_token,
        access_token_expires_time=to_timestamp(tokens.access_token_expires_at),
        refresh_token=tokens.refresh_token,
        refresh_token_expires_time=to_timestamp(tokens.refresh_token_expires_at),
        session_id=str(tokens.session_id),
    )


def facts_to_proto(facts: SessionFacts) -> internal.CheckCallerResponse:
    """What a session says of its user, for another service."""
    reply = internal.CheckCallerResponse(
        role=role_to_proto(facts.role),
        subscription_tier=tier_to_proto(facts.tier),
        auth_level=facts.auth_level,
        time_zone=facts.time_zone,
    )
    if facts.tokens_valid_after:
        reply.tokens_valid_after_time.FromNanoseconds(int(facts.tokens_valid_after * 1e9))
    reply.authenticated_time.FromNanoseconds(int(facts.authenticated_at * 1e9))
    return reply


def jwks_to_proto(keys: Iterable[StoredKey]) -> pb.GetJwksResponse:
    """The public keys, as RFC 7517 and RFC 8037 write them."""
    return pb.GetJwksResponse(
        keys=[
            auth_pb2.Jwk(kty="OKP", crv="Ed25519", x=key.x, kid=key.key_id, alg="EdDSA", use="sig")
            for key in keys
        ]
    )


def role_to_proto(role: str) -> auth_pb2.Role.ValueType:
    """`admin` as ROLE_ADMIN."""
    return auth_pb2.Role.Value(f"ROLE_{role.upper()}")


def tier_to_proto(tier: str) -> auth_pb2.SubscriptionTier.ValueType:
    """`free` as SUBSCRIPTION_TIER_FREE."""
    return auth_pb2.SubscriptionTier.Value(f"SUBSCRIPTION_TIER_{tier.upper()}")


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
