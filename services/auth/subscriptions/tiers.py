"""The one table of what each tier allows.

Free is enough to try everything that costs the deployment nothing; what costs money for each use
(tokens, images) or work on our side (exports, webhooks) grows with the tier. Daily caps of actions
stay at or below Safety's ceilings, which no tier can raise: `services/safety/policy.py`.
Source: docs/decisions/0105-entitlements.md
"""

from collections.abc import Mapping
from types import MappingProxyType

UNLIMITED = -1
FREE = "free"

_TIERS = ("free", "basic", "premium", "enterprise")
_LIMITS: Mapping[str, tuple[int, int, int, int]] = {
    # Live keys: one program, a few, a team's, a company's. Each is a secret to lose, so even the
    # largest tier has an end.
    "api_keys": (2, 5, 20, 100),
    # Posts that wait for their time: ten are two working weeks of one a day.
    "scheduled_posts": (10, 100, 500, UNLIMITED),
    # A post with its variants takes some 2,000 tokens: about 25, 250, 1,000 and 5,000 posts.
    "ai_text_tokens_month": (50_000, 500_000, 2_000_000, 10_000_000),
    # An image costs as much as ten thousand tokens and more.
    "ai_images_month": (3, 30, 120, 600),
    # Rules cost a look at each due time; past 50 nobody oversees them, companies split them.
    "automation_rules": (1, 10, 50, UNLIMITED),
    # A report is minutes of a worker and a file for a week.
    "export_jobs_month": (2, 20, 100, 1_000),
    # Every event is sent to each, and retried for hours when nobody answers.
    "webhooks": (1, 3, 10, 50),
    # Below LinkedIn's own daily limit for a member with room to spare; Safety's ceiling is 50.
    "publish_post_day": (5, 20, 50, 50),
    "post_first_comment_day": (5, 20, 50, 50),
}

LIMITS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        tier: MappingProxyType({name: row[place] for name, row in _LIMITS.items()})
        for place, tier in enumerate(_TIERS)
    }
)
"""Limits by tier and name; -1 is without limit."""
