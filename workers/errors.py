"""What actors say about deliveries."""


class RefusedError(Exception):
    """The receiver will never take this message; trying again is useless."""
