"""Puts the reading of LinkedIn's change log together."""

from services.kernel.periodic import PeriodicJob
from services.kernel.runtime import Runtime
from services.profile.connection.access import Access
from services.profile.connection.vault import Vault
from services.profile.linkedin.client import LinkedIn
from services.profile.portability.polling import Polling
from services.profile.usage.recording import ApiUsage


def portability_job(
    given: Runtime, access: Access, linkedin: LinkedIn, usage: ApiUsage
) -> PeriodicJob:
    """What Profile runs."""
    vault = Vault(given.keys)
    return Polling(given.db, access, vault, linkedin.changelog, usage, outbox=given.outbox).job()
