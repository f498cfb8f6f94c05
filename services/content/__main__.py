"""Wires the content room and serves it."""

from services.content import internal_servicer, servicer
from services.content.changes import Changes
from services.content.domain import Contents
from services.content.internal_servicer import ContentInternalServicer
from services.content.performance.domain import Performance
from services.content.performance.servicer import PerformanceInternalServicer
from services.content.publishing import Publishing
from services.content.retention.holdings import HOLDINGS
from services.content.servicer import ContentServicer
from services.content.watching import Watching
from services.kernel.config import settings
from services.kernel.entitlements import Entitlements
from services.kernel.paging import PageTokens
from services.kernel.retention import retention
from services.kernel.runtime import Room, Runtime
from services.kernel.server import serve


def build(given: Runtime) -> Room:
    """The content room on the given parts."""
    changes = Changes(given.redis)
    tokens = PageTokens(given.keys, "content.list")
    contents = Contents(given.db, changes, given.doorbell, tokens, Entitlements(given.mesh))
    watching = Watching(given.db, changes, given.draining)
    publishing = Publishing(given.db, changes, given.doorbell, given.outbox)
    return Room(
        servicers={
            servicer.SERVICE: ContentServicer(contents, watching),
            internal_servicer.SERVICE: (
                ContentInternalServicer(publishing),
                PerformanceInternalServicer(Performance(given.db)),
            ),
        },
        periodic=[retention(given.db, HOLDINGS, given.settings.retention)],
        on_start=[changes.open],
        on_stop=[changes.close],
    )


if __name__ == "__main__":
    serve({"content": build}, settings())
