"""Wires the Safety room and serves it."""

from functools import partial

from services.kernel.config import settings
from services.kernel.runtime import Room, Runtime
from services.kernel.server import serve
from services.safety.domain import Reservations, uses_of_last_week
from services.safety.internal_servicer import SafetyInternalServicer
from services.safety.limiter import Limiter
from services.safety.servicer import SafetyServicer
from services.safety.user_data import user_data


def build(given: Runtime) -> Room:
    """Put the parts together."""
    limiter = Limiter(given.redis, partial(uses_of_last_week, given.db))
    reservations = Reservations(given.db, limiter)
    return Room(
        servicers={
            "inergize.safety.v1.SafetyService": SafetyServicer(reservations),
            "inergize.safety.v1.SafetyInternalService": SafetyInternalServicer(reservations),
        },
        user_data=user_data(given.db, limiter),
    )


if __name__ == "__main__":
    serve({"safety": build}, settings())
