"""Puts the upkeep of connections together."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.kernel.periodic import PeriodicJob
from services.kernel.runtime import Runtime
from services.kernel.user_data import Erase
from services.profile.connection.access import Access
from services.profile.connection.disconnecting import Disconnecting
from services.profile.connection.refreshing import Refreshing
from services.profile.connection.servicer import ConnectionInternalServicer, ConnectionServicer
from services.profile.connection.telling import Telling
from services.profile.connection.vault import Vault
from services.profile.linkedin.client import LinkedIn
from services.profile.usage.recording import ApiUsage


@dataclass(frozen=True, slots=True)
class ConnectionPart:
    """What Profile serves, runs, and does before an account's rows go."""

    servicer: ConnectionServicer
    internal_servicer: ConnectionInternalServicer
    access: Access
    periodic: Sequence[PeriodicJob]
    erase: Erase


def connection_part(
    given: Runtime, vault: Vault, linkedin: LinkedIn, usage: ApiUsage
) -> ConnectionPart:
    """The upkeep of connections on Profile's runtime."""
    refreshing = Refreshing(given.db, vault, linkedin, usage)
    disconnecting = Disconnecting(given.db, given.outbox, vault, linkedin, usage)
    return ConnectionPart(
        ConnectionServicer(disconnecting),
        ConnectionInternalServicer(refreshing, disconnecting),
        Access(given.db, refreshing),
        (refreshing.job(), Telling(given.db).job(), disconnecting.job()),
        disconnecting.erase,
    )
