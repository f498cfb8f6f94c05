"""What every endpoint of the sandbox works with."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request

from stack.sandbox.linkedin.clock import Clock
from stack.sandbox.linkedin.database import Database
from stack.sandbox.linkedin.model import SandboxApp


@dataclass(frozen=True, slots=True)
class House:
    """The application that the sandbox was started for, the state and the time."""

    configured: SandboxApp
    database: Database
    clock: Clock
    uploads: Path
    """The folder of what is being uploaded; what was looked at is gone from it."""


def house_of(request: Request) -> House:
    """The house that a request has come to."""
    house = request.app.state.house
    if not isinstance(house, House):
        raise TypeError
    return house


def digest(secret: str) -> str:
    """How a code, a token or a client's secret is kept: not readable back."""
    return hashlib.sha256(secret.encode()).hexdigest()
