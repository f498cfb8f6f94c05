"""What can go wrong when LinkedIn is asked for something.

Writes do not raise these: they answer an outcome (`linkedin.outcome`), because for a write the
question is not only what failed but whether it may have happened.
"""

from datetime import datetime


class LinkedInError(Exception):
    """Any failure of a call to LinkedIn. Its text never holds a token or a body."""


class LinkedInUnavailable(LinkedInError):
    """LinkedIn did not answer, or answered 5xx or something unreadable; a later try may succeed."""


class LinkedInThrottled(LinkedInError):
    """LinkedIn's quota for this call is spent until `until` (aware, UTC)."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"throttled until {until.isoformat()}")
        self.until = until


class QuotaSpent(LinkedInThrottled):
    """Our own count says that the quota is spent: the call was not made."""


class LinkedInRefused(LinkedInError):
    """LinkedIn understood and said no.

    `status` is the HTTP status, `code` LinkedIn's word for it ("" when it gave none), `message`
    its explanation.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message


class TokenRefused(LinkedInRefused):
    """The access token is invalid, expired or revoked: the member must connect again (401)."""

    @property
    def is_revoked(self) -> bool:
        """Whether LinkedIn says that the member, or LinkedIn itself, took the token back."""
        return self.code == REVOKED_ACCESS_TOKEN

    @property
    def is_expired(self) -> bool:
        """Whether the token has come to its end, as each does after two months."""
        return self.code == EXPIRED_ACCESS_TOKEN


class AccessDenied(LinkedInRefused):
    """The token is good but lacks the permission for this call (403)."""


class NotFound(LinkedInRefused):
    """LinkedIn has no such thing, or does not show it to this member (404)."""


class InputRefused(LinkedInRefused):
    """LinkedIn found something wrong in what was sent; `code` says what (400, 422)."""


class DuplicateRefused(InputRefused):
    """The same words were posted lately, perhaps by a call whose answer was lost (422)."""


class AddressTooLong(LinkedInRefused):
    """The path, the query or the headers are over LinkedIn's limits (414)."""


class VersionEnded(LinkedInRefused):
    """The configured `LinkedIn-Version` is not active; no call succeeds until it is changed."""


class OAuthRefused(LinkedInRefused):
    """The token endpoint refused a code or refresh token; `code` is the OAuth error name."""


REVOKED_ACCESS_TOKEN = "REVOKED_ACCESS_TOKEN"  # noqa: S105  an error name, not a secret
EXPIRED_ACCESS_TOKEN = "EXPIRED_ACCESS_TOKEN"  # noqa: S105
ACCESS_DENIED = "ACCESS_DENIED"
DUPLICATE_POST = "DUPLICATE_POST"

_KINDS = {
    400: InputRefused,
    401: TokenRefused,
    403: AccessDenied,
    404: NotFound,
    414: AddressTooLong,
    422: InputRefused,
    426: VersionEnded,
}


def refusal(status: int, code: str, message: str) -> LinkedInRefused:
    """The most telling error for a 4xx answer."""
    kind = DuplicateRefused if code == DUPLICATE_POST else _KINDS.get(status, LinkedInRefused)
    return kind(status, code, message)
