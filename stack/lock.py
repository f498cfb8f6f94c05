"""One supervisor a data directory: an exclusive lock that dies with its holder."""

import fcntl
import os
import time
from types import TracebackType
from typing import Self

from stack.data_dir import DataDir
from stack.errors import StackError

GOODBYE_SECONDS = 5.0
"""Between a supervisor's last word and the end of its process."""


class StackLock:
    """Held while a supervisor runs. Children must close its descriptor, or they hold it too."""

    def __init__(self, place: DataDir) -> None:
        self._path = place.lock
        self._descriptor = -1

    def __enter__(self) -> Self:
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._descriptor)
            raise StackError(_already_running(self._path.parent, holder(self._path))) from error
        except OSError as error:
            os.close(self._descriptor)
            raise StackError(f"{self._path} cannot be locked: {error.strerror}") from error
        self.name_holder()
        return self

    def name_holder(self) -> None:
        """Write down that this process has the lock; again after a fork that takes it over."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let go, as does the end of the process."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def is_held(place: DataDir) -> bool:
    """Whether a supervisor runs on this data directory now."""
    try:
        descriptor = os.open(place.lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def wait_until_free(place: DataDir) -> None:
    """Wait for a supervisor that has said goodbye to be gone, so that another can start at once."""
    deadline = time.monotonic() + GOODBYE_SECONDS
    while is_held(place) and time.monotonic() < deadline:
        time.sleep(0.02)


def holder(path: os.PathLike[str]) -> int | None:
    """The pid written by who last took the lock; only telling while it is held."""
    try:
        with open(path, encoding="ascii") as file:  # noqa: PTH123 - any PathLike
            return int(file.read().strip())
    except (OSError, ValueError):
        return None


def _already_running(folder: os.PathLike[str], pid: int | None) -> str:
    who = f"process {pid}" if pid else "another process"
    return (
        f"a stack already runs on {folder} ({who});"
        " stop it with `inergize down`, or choose another --data-dir"
    )
