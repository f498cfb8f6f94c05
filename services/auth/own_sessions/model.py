"""What the rules about a user's own sessions work on."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

from services.auth.own_sessions.user_agents import client_name


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session of the user's that is open."""

    session_id: UUID
    device_name: str
    """What the device calls itself; may be empty."""
    address: IPv4Address | IPv6Address | None
    user_agent: str
    auth_level: int
    created_at: datetime
    last_used_at: datetime
    """Give or take five minutes."""
    ends_at: datetime
    """Unless it is used."""

    @property
    def device(self) -> str:
        """What its owner may recognise it by."""
        return self.device_name or client_name(self.user_agent)
