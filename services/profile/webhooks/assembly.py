"""Puts the parts of webhooks together."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.kernel.entitlements import Entitlements
from services.kernel.periodic import PeriodicJob
from services.kernel.public_http import PublicHttp
from services.kernel.runtime import Runtime
from services.profile.webhooks.deliveries import Deliveries
from services.profile.webhooks.domain import Webhooks
from services.profile.webhooks.internal_servicer import WebhooksInternalServicer
from services.profile.webhooks.sending import Sending
from services.profile.webhooks.servicer import WebhooksServicer


@dataclass(frozen=True, slots=True)
class WebhooksPart:
    """What the room takes from here."""

    servicer: WebhooksServicer
    internal_servicer: WebhooksInternalServicer
    periodic: Sequence[PeriodicJob]


def webhooks_part(given: Runtime) -> WebhooksPart:
    """Webhooks on a runtime."""
    http = PublicHttp(given.settings.egress)
    webhooks = Webhooks(given.db, given.keys, http, Entitlements(given.mesh))
    sending = Sending(given.db, given.keys)
    return WebhooksPart(
        servicer=WebhooksServicer(webhooks, Deliveries(given.db, given.keys)),
        internal_servicer=WebhooksInternalServicer(given.db, sending),
        periodic=[sending.job()],
    )
