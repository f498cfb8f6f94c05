"""What ends a benchmark before it has figures."""


class BenchError(Exception):
    """The run is broken: something did not start, answered wrongly or not at all."""
