"""Where LinkedIn is, and as which application we come."""

from dataclasses import dataclass, field

DEFAULT_SCOPES = ("openid", "profile", "email", "w_member_social")
"""What the two self-serve products grant: Sign In with LinkedIn, and Share on LinkedIn."""


@dataclass(frozen=True, slots=True)
class LinkedInConfig:
    """One LinkedIn application and how to reach LinkedIn.

    `oauth_url` ends in `/oauth/v2`; `api_url` is the host that `/v2` and `/rest` hang from.
    `version` is the `YYYYMM` that versioned calls ask for; LinkedIn ends each after a year.
    `timeout_ms` bounds every call from start to end.
    `read_retry_delays_ms` are the shortest pauses before a read without an answer is repeated.
    `sampled_share` (0 to 1) of all calls are noted with what is harmless in their bodies.
    `revoked_race_delays_ms` are the pauses before a new token that is called revoked is tried
    again.
    """

    oauth_url: str
    api_url: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    version: str = "202609"
    scopes: tuple[str, ...] = DEFAULT_SCOPES
    timeout_ms: int = 10_000
    revoked_race_delays_ms: tuple[int, ...] = (500, 1_500)
    read_retry_delays_ms: tuple[int, ...] = (200, 800)
    sampled_share: float = 0
