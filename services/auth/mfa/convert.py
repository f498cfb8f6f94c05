"""Messages about second factors to and from their model."""

from inergize.auth.v1 import auth_mfa_pb2 as pb
from inergize.auth.v1 import auth_pb2

from services.auth import convert
from services.auth.mfa.model import Challenge, Completed, Confirmed, Enrolment, Kind, Method, Way
from services.kernel.messages import to_timestamp

_KINDS: dict[int, Kind] = {
    auth_pb2.MFA_METHOD_KIND_TOTP: "totp",
    auth_pb2.MFA_METHOD_KIND_SMS: "sms",
    auth_pb2.MFA_METHOD_KIND_EMAIL: "email",
}
_NOT_SENT = auth_pb2.MFA_METHOD_KIND_UNSPECIFIED
_WAYS: dict[int, Way] = {**_KINDS, auth_pb2.MFA_METHOD_KIND_BACKUP_CODE: "backup_code"}


def kind_from_proto(kind: int) -> Kind:
    """A kind that can be set up; the contract lets no other through."""
    return _KINDS[kind]


def way_from_proto(kind: int) -> Way:
    """A way to answer a challenge; the contract lets no other through."""
    return _WAYS[kind]


def challenge_to_proto(challenge: Challenge) -> auth_pb2.MfaChallenge:
    """A challenge, for whoever must answer it."""
    return auth_pb2.MfaChallenge(
        challenge_token=challenge.token,
        methods=[_way_to_proto(way) for way in challenge.ways],
        sent_by=_way_to_proto(challenge.sent_by) if challenge.sent_by else _NOT_SENT,
        sent_to=challenge.sent_to,
        expires_time=to_timestamp(challenge.expires_at),
    )


def completed_to_proto(completed: Completed) -> pb.CompleteMfaChallengeResponse:
    """What a right code led to."""
    return pb.CompleteMfaChallengeResponse(
        tokens=convert.tokens_to_proto(completed.tokens),
        backup_codes_left=completed.backup_codes_left,
        device_token=completed.device_token,
    )


def method_to_proto(method: Method, sent_to: str) -> auth_pb2.MfaMethod:
    """A second factor, for its owner."""
    return auth_pb2.MfaMethod(
        method_id=str(method.method_id),
        kind=_way_to_proto(method.kind),
        is_enabled=method.is_enabled,
        sent_to=sent_to,
        created_time=to_timestamp(method.created_at),
    )


def enrolment_to_proto(enrolment: Enrolment) -> pb.EnrollMfaResponse:
    """What is needed to finish setting a method up."""
    return pb.EnrollMfaResponse(
        method=method_to_proto(enrolment.method, enrolment.sent_to),
        otpauth_uri=enrolment.otpauth_uri,
        qr_png=enrolment.qr_png,
        secret=enrolment.secret,
    )


def confirmed_to_proto(confirmed: Confirmed) -> pb.ConfirmMfaResponse:
    """A method that is switched on, and the backup codes that came with it."""
    return pb.ConfirmMfaResponse(
        method=method_to_proto(confirmed.method, confirmed.sent_to),
        backup_codes=confirmed.backup_codes,
    )


def _way_to_proto(way: Way) -> auth_pb2.MfaMethodKind.ValueType:
    return auth_pb2.MfaMethodKind.Value(f"MFA_METHOD_KIND_{way.upper()}")
