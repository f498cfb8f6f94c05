"""Puts the account of calls together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from services.kernel.config import LinkedinSettings
from services.kernel.periodic import PeriodicJob
from services.kernel.runtime import Runtime
from services.profile.background import Background
from services.profile.usage import store
from services.profile.usage.counters import Counters, Whose
from services.profile.usage.domain import Calls
from services.profile.usage.families import Family
from services.profile.usage.model import Standings
from services.profile.usage.quotas import Quotas
from services.profile.usage.recording import ApiUsage
from services.profile.usage.servicer import UsageServicer
from services.profile.usage.version_watch import version_watch


@dataclass(frozen=True, slots=True)
class UsagePart:
    """What the room takes from here."""

    usage: ApiUsage
    servicer: UsageServicer
    job: PeriodicJob
    counters: Counters

    async def forget(self, user_id: UUID) -> None:
        """Delete a member's counts in Redis."""
        await self.counters.forget(user_id)


def usage_part(given: Runtime, background: Background) -> UsagePart:
    """The account of calls on a runtime."""
    linkedin = given.settings.linkedin

    async def load(whose: Whose) -> Standings:
        return await store.get_standings(given.db, whose, assumed_limits(linkedin, whose))

    counters = Counters(given.redis, load, _utc_now)
    quotas = Quotas(given.db, counters, _utc_now)
    return UsagePart(
        usage=ApiUsage(given.db, background, quotas),
        servicer=UsageServicer(Calls(given.db, given.keys), quotas),
        job=version_watch(linkedin.version, _utc_now),
        counters=counters,
    )


def assumed_limits(linkedin: LinkedinSettings, whose: Whose) -> Mapping[Family, int]:
    """Calls a day by family, for a member or, for None, the application."""
    if whose is None:
        return dict.fromkeys(Family, linkedin.application_calls_per_day)
    return {
        Family.PROFILE: linkedin.member_profile_calls_per_day,
        Family.SHARE: linkedin.member_share_calls_per_day,
        Family.NETWORK: linkedin.member_network_calls_per_day,
    }


def _utc_now() -> datetime:
    return datetime.now(UTC)
