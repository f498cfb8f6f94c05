"""Signals as something a loop can wait for."""

import os
import selectors
import signal
from types import FrameType

_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Wakeups:
    """Ends a wait early when a child has ended or somebody asks for a stop.

    Only for the main thread of a process without an event loop.
    """

    def __init__(self) -> None:
        self.stops_asked = 0
        """How often SIGINT, SIGTERM or SIGHUP has come."""
        self.selector = selectors.DefaultSelector()
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._reading, False)
        os.set_blocking(self._writing, False)
        self.selector.register(self._reading, selectors.EVENT_READ)

    def install(self) -> None:
        """Take the signals over for the rest of the process's life."""
        signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)
        for number in _STOP:
            # nohup leaves SIGHUP ignored, and means it.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._ask_stop)
        # A handler must exist, or the signal would not write into the pipe.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)

    def wait(self, timeout_s: float) -> list[selectors.SelectorKey]:
        """Wait for a signal, a registered file or the timeout; the files that are ready."""
        ready = [key for key, _ in self.selector.select(max(0.0, timeout_s))]
        self._drain()
        return [key for key in ready if key.fd != self._reading]

    def _ask_stop(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.stops_asked += 1

    def _drain(self) -> None:
        try:
            while os.read(self._reading, 512):
                pass
        except BlockingIOError:
            return
