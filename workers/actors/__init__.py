"""The actors. Each takes ids, sets its own limits, and bears being delivered twice."""

from dramatiq import Broker

from workers.actors import (
    account,
    notifications,
    outbox,
    periodic,
    publish_content,
    reconcile_unknown,
    sms,
    webhooks,
)


def declare(broker: Broker) -> None:
    """Declare every actor on a broker."""
    for module in (
        account,
        notifications,
        outbox,
        periodic,
        publish_content,
        reconcile_unknown,
        sms,
        webhooks,
    ):
        module.declare(broker)
