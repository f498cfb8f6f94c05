"""How Auth refuses."""

from grpc import StatusCode
from inergize.common.v1 import error_reason_pb2 as reasons

from services.kernel.errors import DomainError


class CredentialsInvalid(DomainError):
    """The e-mail address or the password is wrong."""

    code = StatusCode.UNAUTHENTICATED
    reason = reasons.ERROR_REASON_CREDENTIALS_INVALID


class EmailNotVerified(DomainError):
    """The address has not been verified yet; use the token in the mail."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_EMAIL_NOT_VERIFIED


class TokenInvalid(DomainError):
    """The token is unknown, was used before or has expired."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_TOKEN_INVALID


class RefreshTokenInvalid(DomainError):
    """The refresh token is not valid; sign in again."""

    code = StatusCode.UNAUTHENTICATED
    reason = reasons.ERROR_REASON_TOKEN_INVALID


class RefreshReused(DomainError):
    """The refresh token was used before, so the session has been ended; sign in again."""

    code = StatusCode.UNAUTHENTICATED
    reason = reasons.ERROR_REASON_REFRESH_REUSED


class RegistrationClosed(DomainError):
    """This deployment takes no new accounts without a valid invitation."""

    code = StatusCode.FAILED_PRECONDITION
    reason = reasons.ERROR_REASON_REGISTRATION_CLOSED


class PasswordUnacceptable(DomainError):
    """The password is too easily guessed; choose another one."""

    code = StatusCode.INVALID_ARGUMENT
    reason = reasons.ERROR_REASON_PASSWORD_UNACCEPTABLE


class LoginBusy(DomainError):
    """Password checks are at capacity; try again shortly."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = reasons.ERROR_REASON_LOGIN_BUSY


class UserNotFound(DomainError):
    """There is no such user."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_USER_NOT_FOUND


class SessionUnknown(DomainError):
    """The session is unknown or has ended."""

    code = StatusCode.NOT_FOUND
    reason = reasons.ERROR_REASON_SESSION_ENDED


class EmailTaken(Exception):
    """An administrator was to be made under an address that has an account.

    For the command line only: no RPC ever tells whether an address is known.
    """


class AccountUnverified(Exception):
    """An account whose address nobody has proved cannot become an administrator's."""
