"""What can go wrong between the scheduler, the queues and the actors."""


class RefusedError(Exception):
    """The receiver will never take this message; trying again is useless."""


class UnknownTopicError(Exception):
    """No actor of this release delivers the topic; a newer one may."""


class BrokerAwayError(Exception):
    """The queues cannot be reached."""
