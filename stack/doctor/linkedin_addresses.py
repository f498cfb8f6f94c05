"""Looks at where LinkedIn is said to be, and where it is told to send members back to."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from services.kernel.config import LinkedinSettings
from stack.doctor.finding import Finding, good, remark, warning, wrong

LINKEDIN = {
    "LINKEDIN_OAUTH_URL": "https://www.linkedin.com/oauth/v2",
    "LINKEDIN_API_URL": "https://api.linkedin.com",
}
CALLBACK = "/v1/linkedin/oauth/callback"
"""The route of CompleteLinkedInConnect."""

_REDIRECT = "LINKEDIN_REDIRECT_URI"
_PORTAL = "developer portal, tab Auth, Authorized redirect URLs"


def addresses(linkedin: LinkedinSettings) -> Iterator[Finding]:
    """Whether it is the real LinkedIn, and reached safely."""
    given = {
        "LINKEDIN_OAUTH_URL": linkedin.oauth_url,
        "LINKEDIN_API_URL": linkedin.api_url,
    }
    if not linkedin.model_fields_set & {"oauth_url", "api_url"}:
        yield remark(
            "LINKEDIN_OAUTH_URL",
            "neither it nor LINKEDIN_API_URL is set: `inergize up` runs the sandbox, and a"
            " service that is started by itself goes to LinkedIn",
            "set " + " and ".join(f"{name}={url}" for name, url in LINKEDIN.items()),
        )
        return
    real = [name for name, url in given.items() if url == LINKEDIN[name]]
    if len(real) == len(given):
        yield good("LINKEDIN_OAUTH_URL", "LinkedIn itself, and so LINKEDIN_API_URL")
        return
    if real:
        other = next(name for name in given if name not in real)
        yield wrong(
            other,
            f"{given[other]} is not LinkedIn, while {real[0]} is: half of it would be another",
            f"set {other}={LINKEDIN[other]}",
        )
        return
    for name, url in given.items():
        yield _stand_in(name, url)


def _stand_in(name: str, url: str) -> Finding:
    parts = urlsplit(url)
    remedy = f"to reach LinkedIn set {name}={LINKEDIN[name]}"
    if parts.hostname and parts.hostname.endswith("linkedin.com"):
        return wrong(name, f"{url} is not the address that LinkedIn documents", remedy)
    if not parts.hostname or parts.scheme not in ("http", "https"):
        return wrong(name, f"{url!r} is no http or https address", remedy)
    if is_loopback(parts):
        return remark(name, f"{url}: a stand-in on this machine, nothing reaches LinkedIn", remedy)
    return warning(name, f"{url}: not LinkedIn, and it is given members' tokens", remedy)


def redirect(uri: str, public_url: str) -> Iterator[Finding]:
    """Whether LinkedIn can send members back to us: it compares letter for letter."""
    parts, edge = urlsplit(uri), urlsplit(public_url)
    expected = f"{public_url.rstrip('/')}{CALLBACK}"
    trouble = _trouble(uri, parts)
    if trouble:
        yield wrong(_REDIRECT, f"{uri!r} {trouble}", f"set {_REDIRECT}={expected}")
    elif parts.path != CALLBACK:
        yield wrong(
            _REDIRECT,
            f"its path is {parts.path or '/'}; members come back to {CALLBACK}",
            f"set {_REDIRECT}={expected}, and register exactly that in the {_PORTAL}",
        )
    elif (parts.scheme, parts.netloc) != (edge.scheme, edge.netloc):
        yield warning(
            _REDIRECT,
            f"it leads to {parts.scheme}://{parts.netloc}, while EDGE_PUBLIC_URL is {public_url}:"
            " the cookie of the browser that began may not arrive",
            f"let both name the same host, or set EDGE_PUBLIC_URL={parts.scheme}://{parts.netloc}",
        )
    else:
        yield good(_REDIRECT, uri)


def _trouble(uri: str, parts: SplitResult) -> str:
    if uri != uri.strip():
        return "begins or ends with a space"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "is no absolute http or https address"
    if parts.fragment or "#" in uri:
        return "has a fragment (#), which LinkedIn does not allow"
    if parts.query:
        return "has a query, and LinkedIn's own parameters are added there"
    if parts.scheme == "http" and not is_loopback(parts):
        return "is plain http: LinkedIn accepts that for this machine only"
    return ""


def is_loopback(parts: SplitResult) -> bool:
    """Whether an address means this machine."""
    if parts.hostname == "localhost":
        return True
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
