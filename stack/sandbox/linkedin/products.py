"""What LinkedIn can switch on for an application: products, and the scopes that each brings.

Source: https://learn.microsoft.com/en-us/linkedin/shared/authentication/getting-access
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Product:
    """One product of the developer portal."""

    key: str
    title: str
    scopes: frozenset[str]


PRODUCTS = {
    product.key: product
    for product in (
        Product(
            "sign-in",
            "Sign In with LinkedIn using OpenID Connect",
            frozenset({"openid", "profile", "email"}),
        ),
        Product("share", "Share on LinkedIn", frozenset({"w_member_social"})),
        Product(
            "sign-in-legacy",
            "Sign In with LinkedIn (before August 2023)",
            frozenset({"r_liteprofile", "r_emailaddress"}),
        ),
        Product(
            "community-management",
            "Community Management API",
            frozenset(
                {
                    "r_basicprofile",
                    "r_member_postAnalytics",
                    "r_member_profileAnalytics",
                    "r_organization_admin",
                    "r_organization_followers",
                    "r_organization_social",
                    "r_organization_social_feed",
                    "rw_organization_admin",
                    "w_member_social",
                    "w_member_social_feed",
                    "w_organization_social",
                    "w_organization_social_feed",
                }
            ),
        ),
        Product(
            "member-social-read",
            "Reading members' posts and comments (closed to new applications)",
            frozenset({"r_member_social", "r_member_social_feed"}),
        ),
        Product(
            "member-data-portability",
            "Member Data Portability API",
            frozenset({"r_dma_portability_3rd_party", "r_dma_portability_self_serve"}),
        ),
        Product(
            "connections",
            "Connections API (approved partners)",
            frozenset({"r_1st_connections", "r_1st_connections_size"}),
        ),
        Product(
            "messaging",
            "Invitations and Messages API (approved partners)",
            frozenset({"w_messages"}),
        ),
    )
}

KNOWN_SCOPES = frozenset().union(*(product.scopes for product in PRODUCTS.values()))


def covering(scopes: Iterable[str]) -> frozenset[str]:
    """The keys of the products that are wholly within `scopes`."""
    wanted = frozenset(scopes)
    return frozenset(key for key, product in PRODUCTS.items() if product.scopes <= wanted)


def scopes_of(keys: Iterable[str]) -> frozenset[str]:
    """Every scope that these products bring."""
    return frozenset().union(*(PRODUCTS[key].scopes for key in keys))
