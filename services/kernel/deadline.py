"""How much time a call has left, for the calls it makes itself."""

import time
from contextvars import ContextVar

_ends_at: ContextVar[float | None] = ContextVar("deadline", default=None)


def set_remaining(seconds: float) -> None:
    """Set the time this call has left."""
    _ends_at.set(time.monotonic() + seconds)


def remaining_seconds() -> float | None:
    """Seconds left, possibly negative; None outside a call."""
    ends_at = _ends_at.get()
    return None if ends_at is None else ends_at - time.monotonic()
