"""Wires the automation room and serves it."""

from datetime import timedelta

from services.automation import internal_servicer, servicer
from services.automation.attempts import Attempts
from services.automation.domain import Actions
from services.automation.internal_servicer import AutomationInternalServicer
from services.automation.reconciling import Reconciling
from services.automation.servicer import AutomationServicer
from services.automation.targets.domain import Targets
from services.kernel.config import settings
from services.kernel.paging import PageTokens
from services.kernel.periodic import PeriodicJob
from services.kernel.permissions import Permissions
from services.kernel.runtime import Room, Runtime
from services.kernel.server import serve


def build(given: Runtime) -> Room:
    """The automation room on the given parts."""
    actions = Actions(given.db, PageTokens(given.keys, "automation.actions"))
    targets = Targets(given.db, PageTokens(given.keys, "automation.targets"))
    attempts = Attempts(given.db, Permissions(given.mesh), given.outbox)
    reconciling = Reconciling(given.db, given.outbox)
    return Room(
        servicers={
            servicer.SERVICE: AutomationServicer(actions, targets),
            internal_servicer.SERVICE: AutomationInternalServicer(attempts, reconciling, targets),
        },
        periodic=[
            PeriodicJob("sweep_lapsed", every=timedelta(minutes=1), run=attempts.sweep_lapsed),
            reconciling.job(),
        ],
    )


if __name__ == "__main__":
    serve({"automation": build}, settings())
