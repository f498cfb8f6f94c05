"""Looks at the application as it is set: credentials, scopes, PKCE."""

from collections.abc import Iterator

from services.kernel.config import LinkedinSettings
from stack.doctor.finding import Finding, good, remark, warning, wrong

SIGN_IN = "Sign In with LinkedIn using OpenID Connect"
SHARE = "Share on LinkedIn"
COMMUNITY = "Community Management API"
PORTABILITY = "Member Data Portability API"
PARTNERS = "a partner programme"

PRODUCTS = {
    "openid": SIGN_IN,
    "profile": SIGN_IN,
    "email": SIGN_IN,
    "w_member_social": SHARE,
    "w_member_social_feed": COMMUNITY,
    "r_member_social": COMMUNITY,
    "r_member_postAnalytics": COMMUNITY,
    "r_member_profileAnalytics": COMMUNITY,
    "r_organization_admin": COMMUNITY,
    "r_organization_followers": COMMUNITY,
    "r_organization_social": COMMUNITY,
    "r_organization_social_feed": COMMUNITY,
    "w_organization_social": COMMUNITY,
    "w_organization_social_feed": COMMUNITY,
    "rw_organization_admin": COMMUNITY,
    "r_dma_portability_3rd_party": PORTABILITY,
    "r_dma_portability_self_serve": PORTABILITY,
    "r_1st_connections": PARTNERS,
    "r_1st_connections_size": PARTNERS,
    "w_messages": PARTNERS,
}
"""Scope to the product that grants it, as the developer portal calls it.

Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication/getting-access
"""

_ENDED = {
    "r_liteprofile": "openid and profile",
    "r_basicprofile": "openid and profile",
    "r_emailaddress": "email",
}
_PORTAL = "the developer portal, tab Auth"
_QUOTES = "\"'`"


def credentials(linkedin: LinkedinSettings) -> Iterator[Finding]:
    """Whether both are there, and look like what the portal shows."""
    secret = linkedin.client_secret.get_secret_value()
    yield _credential("LINKEDIN_CLIENT_ID", linkedin.client_id, "Client ID")
    if secret and secret == linkedin.client_id:
        yield wrong(
            "LINKEDIN_CLIENT_SECRET",
            "it is the same as LINKEDIN_CLIENT_ID",
            f"copy the Primary Client Secret from {_PORTAL}",
        )
    else:
        yield _credential("LINKEDIN_CLIENT_SECRET", secret, "Primary Client Secret")


def _credential(name: str, value: str, shown_as: str) -> Finding:
    remedy = f"copy the {shown_as} from {_PORTAL}"
    if not value:
        return wrong(name, "it is not set", remedy)
    if value != value.strip() or any(letter.isspace() for letter in value):
        return wrong(name, "it holds a space or a line break", remedy)
    if value[0] in _QUOTES or value[-1] in _QUOTES:
        return wrong(name, "it holds quotation marks", f"{remedy}, without quotation marks")
    return good(name, "set")


def scopes(linkedin: LinkedinSettings) -> Iterator[Finding]:
    """Whether members are asked for what we need, by names that LinkedIn knows."""
    name, asked = "LINKEDIN_SCOPES", linkedin.scopes
    missing = [scope for scope in ("openid", "profile") if scope not in asked]
    if missing:
        yield wrong(
            name,
            f"without {' and '.join(missing)} nobody can be told who has connected",
            f"add {' and '.join(missing)}; they come with the product {SIGN_IN!r}",
        )
    if "w_member_social" not in asked:
        yield wrong(
            name,
            "without w_member_social nothing can be posted",
            f"add w_member_social; it comes with the product {SHARE!r}",
        )
    for scope in asked:
        if scope in _ENDED:
            yield wrong(name, f"{scope} is not granted any more", f"ask for {_ENDED[scope]}")
        elif scope not in PRODUCTS:
            yield warning(
                name,
                f"{scope} is not a scope that we know; with one that the application lacks,"
                " LinkedIn refuses the whole consent",
                "correct it, or make sure that the portal's tab Auth lists it",
            )
    yield _products(asked)


def _products(asked: tuple[str, ...]) -> Finding:
    needed = dict.fromkeys(PRODUCTS[scope] for scope in asked if scope in PRODUCTS)
    listed = "; ".join(
        f"{product}: {', '.join(s for s in asked if PRODUCTS.get(s) == product)}"
        for product in needed
    )
    return good("LINKEDIN_SCOPES", listed or "none")


def pkce(linkedin: LinkedinSettings) -> Iterator[Finding]:
    """PKCE is off for web applications unless LinkedIn has agreed."""
    if linkedin.is_pkce_enabled:
        yield remark(
            "LINKEDIN_IS_PKCE_ENABLED",
            "on: only where LinkedIn has switched PKCE on for this application; elsewhere every"
            ' connection fails with "code verifier does not match"',
            "set it to false unless LinkedIn has confirmed it",
        )
