"""What a browser needs beside the answer: the nonce cookie, and a page or JSON."""

from collections.abc import Iterable

from services.kernel.interceptors.call import Context
from services.profile.connection.states import LIFE_SECONDS

Metadata = tuple[tuple[str, str], ...]


class NonceCookie:
    """The cookie that ties the end of a connection to the browser that began it."""

    def __init__(self, public_url: str) -> None:
        self._is_secure = public_url.startswith("https:")
        # The prefix makes browsers refuse a cookie planted by a neighbouring host (RFC 6265bis).
        self._name = "__Host-linkedin_connect" if self._is_secure else "linkedin_connect"

    def given(self, nonce: str) -> str:
        """The `set-cookie` of a connection that begins."""
        return self._cookie(nonce, LIFE_SECONDS)

    def taken(self) -> str:
        """The `set-cookie` of a connection that has ended."""
        return self._cookie("", 0)

    def read(self, context: Context) -> str:
        """The nonce that the browser brings; empty for none."""
        for pair in "; ".join(header(context, "cookie")).split(";"):
            name, _, value = pair.strip().partition("=")
            if name == self._name:
                return value
        return ""

    def _cookie(self, value: str, seconds: int) -> str:
        # Lax: LinkedIn's redirect is a top-level navigation from another site, which Strict drops.
        cookie = f"{self._name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax"
        return f"{cookie}; Secure" if self._is_secure else cookie


def header(context: Context, name: str) -> list[str]:
    """A header's values; HTTP/2 may send `cookie` in several."""
    metadata: Iterable[tuple[str, str | bytes]] = context.invocation_metadata() or ()
    return [value for key, value in metadata if key == name and isinstance(value, str)]


def prefers_json(context: Context) -> bool:
    """Whether the `accept` header ranks JSON above HTML; without one, HTML it is."""
    accept = ",".join(header(context, "accept"))
    return _rank(accept, "application/json") > _rank(accept, "text/html")


def is_shown_pages(context: Context) -> bool:
    """Whether somebody looks at the answer: only browsers ask for HTML by name."""
    return "text/html" in ",".join(header(context, "accept")) and not prefers_json(context)


def _rank(accept: str, media_type: str) -> float:
    """The weight of a media type, by its most specific range. Source: RFC 9110, 12.5.1."""
    weights = dict(map(_weighted, filter(None, accept.split(","))))
    family = media_type.partition("/")[0] + "/*"
    for media_range in (media_type, family, "*/*"):
        if media_range in weights:
            return weights[media_range]
    return 0


def _weighted(media_range: str) -> tuple[str, float]:
    name, *parameters = (part.strip().lower() for part in media_range.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return name, float(parameter.removeprefix("q="))
            except ValueError:
                return name, 0
    return name, 1
