"""Puts the parts of Web Push together."""

from dataclasses import dataclass

from services.kernel.public_http import PublicHttp
from services.kernel.runtime import Runtime
from services.profile.push.domain import Subscriptions
from services.profile.push.internal_servicer import PushInternalServicer
from services.profile.push.sending import Pushes
from services.profile.push.servicer import PushServicer
from services.profile.push.vapid import Vapid


@dataclass(frozen=True, slots=True)
class PushPart:
    """What the room takes from here."""

    servicer: PushServicer
    internal_servicer: PushInternalServicer


def push_part(given: Runtime) -> PushPart:
    """Web Push on a runtime."""
    settings = given.settings
    vapid = Vapid(given.db, given.keys, settings.edge.public_url)
    subscriptions = Subscriptions(given.db, given.keys, PublicHttp(settings.egress))
    return PushPart(
        PushServicer(subscriptions, vapid),
        PushInternalServicer(Pushes(given.db, given.keys, vapid)),
    )
