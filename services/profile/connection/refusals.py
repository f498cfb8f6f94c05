"""Why a member comes back from LinkedIn without a connection, in our words.

Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow;
RFC 6749, 4.1.2.1
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from services.kernel.errors import DomainError
from services.profile.errors import (
    ApplicationRefused,
    ConnectCancelled,
    ConnectRefused,
    ConnectUnavailable,
    ScopeRefused,
    SignInCancelled,
)

REDIRECTED: Mapping[str, type[DomainError]] = MappingProxyType(
    {
        "user_cancelled_login": SignInCancelled,
        "user_cancelled_authorize": ConnectCancelled,
        "access_denied": ConnectCancelled,
        "invalid_scope": ScopeRefused,
        "invalid_scope_error": ScopeRefused,
        "unauthorized_scope_error": ScopeRefused,
        "invalid_request": ApplicationRefused,
        "invalid_client_id": ApplicationRefused,
        "invalid_redirect_uri": ApplicationRefused,
        "unauthorized_client": ApplicationRefused,
        "unsupported_response_type": ApplicationRefused,
        "server_error": ConnectUnavailable,
        "temporarily_unavailable": ConnectUnavailable,
    }
)
"""By the `error` of LinkedIn's redirect."""
OF_THE_APPLICATION = frozenset({"invalid_client", "invalid_client_id", "unauthorized_client"})
"""By the `error` of the token endpoint: our own id or secret is wrong, not the member's code."""

# LinkedIn sends the quotation marks around the scope HTML-escaped.
_SCOPE = re.compile(r"Scope (?:&quot;|\")(?P<scope>[A-Za-z0-9_]{1,60})(?:&quot;|\")")


def of_redirect(error: str, description: str) -> DomainError:
    """What an error in LinkedIn's redirect means; `description` is LinkedIn's own sentence."""
    kind = REDIRECTED.get(error, ConnectRefused)
    named = _SCOPE.search(description) if kind is ScopeRefused else None
    return kind(error=error, scope=named["scope"]) if named else kind(error=error)


def of_exchange(code: str, status: int) -> DomainError:
    """What the token endpoint's refusal of a code means; `code` is "" when it gave none."""
    kind = ApplicationRefused if code in OF_THE_APPLICATION else ConnectRefused
    return kind(error=code or f"HTTP_{status}")
