"""The actors. Each takes ids, sets its own limits, and bears being delivered twice."""

from dramatiq import Broker

from workers.actors import outbox, periodic, publish_content


def declare(broker: Broker) -> None:
    """Declare every actor on a broker."""
    for module in (outbox, periodic, publish_content):
        module.declare(broker)
