"""What can go wrong when LinkedIn is asked for something.

Writes do not raise these: they answer an outcome (`linkedin_outcome`), because for a write the
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


class AccessDenied(LinkedInRefused):
    """The token is good but lacks the permission for this call (403)."""


class NotFound(LinkedInRefused):
    """LinkedIn has no such thing, or does not show it to this member (404)."""


class OAuthRefused(LinkedInRefused):
    """The token endpoint refused a code or refresh token; `code` is the OAuth error name."""


REVOKED_ACCESS_TOKEN = "REVOKED_ACCESS_TOKEN"  # noqa: S105  an error name, not a secret


def refusal(status: int, code: str, message: str) -> LinkedInRefused:
    """The most telling error for a 4xx answer."""
    kinds = {401: TokenRefused, 403: AccessDenied, 404: NotFound}
    return kinds.get(status, LinkedInRefused)(status, code, message)
