"""What can be read at LinkedIn in a member's name, topic by topic."""

from dataclasses import dataclass

from services.profile.linkedin.analytics import Analytics
from services.profile.linkedin.exchange import Exchange
from services.profile.linkedin.network import Network
from services.profile.linkedin.organisations import Organisations
from services.profile.linkedin.people import People
from services.profile.linkedin.social import Social


@dataclass(frozen=True, slots=True)
class Reads:
    """The topics. All raise LinkedInErrors."""

    analytics: Analytics
    network: Network
    organisations: Organisations
    people: People
    social: Social


def reads_of(exchange: Exchange, api_url: str) -> Reads:
    """The topics on one exchange."""
    return Reads(
        analytics=Analytics(exchange, api_url),
        network=Network(exchange, api_url),
        organisations=Organisations(exchange, api_url),
        people=People(exchange, api_url),
        social=Social(exchange, api_url),
    )
