"""Where the stack keeps what it knows: the layout of the data directory."""

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from stack.errors import StackError

_UNIX_SOCKET_PATH_BYTES = 100
"""Linux takes 107 bytes, macOS 103; the rest is room for PostgreSQL's own suffix."""
_OTHERS_READ_OR_WRITE = 0o066
_WHOSE_OR_ANOTHER = "run as its owner, or choose another with --data-dir or INERGIZE_DATA_DIR"
_IN_EVERY_VOLUME = {"lost+found"}


@dataclass(frozen=True, slots=True)
class DataDir:
    """Paths inside one data directory; nothing is created before `create`."""

    root: Path

    @property
    def lock(self) -> Path:
        """Held while a supervisor runs."""
        return self.root / "lock"

    @property
    def topology(self) -> Path:
        """The addresses of this stack."""
        return self.root / "stack.json"

    @property
    def secrets(self) -> Path:
        """Its keys and passwords."""
        return self.root / "secrets.env"

    @property
    def processes(self) -> Path:
        """Who runs, for a later start to tidy up."""
        return self.root / "processes.json"

    @property
    def journal(self) -> Path:
        """What the supervisor told."""
        return self.root / "stack.log"

    @property
    def logs(self) -> Path:
        """The folder of what the children print."""
        return self.root / "logs"

    @property
    def control_socket(self) -> Path:
        """Where the supervisor takes requests."""
        return self._short(self.root / "control.sock")

    def log(self, name: str) -> Path:
        """The file that takes everything the named child prints."""
        return self.logs / f"{name}.log"

    def part(self, name: str) -> Path:
        """The folder that one embedded server has to itself."""
        return self.root / name

    def create(self) -> None:
        """Make the directory, readable by nobody else.

        Raises StackError when it cannot be written, or holds what is not ours.
        """
        self.check_access()
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._refuse_strangers_folder()
            self._refuse_other_owner()
            self._close_to_others()
            self.logs.mkdir(exist_ok=True, mode=0o700)
            _prove_writable(self.root)
        except OSError as error:
            raise StackError(
                f"cannot write to the data directory {self.root}: {error.strerror};"
                " choose another with --data-dir or INERGIZE_DATA_DIR"
            ) from error

    def check_access(self) -> None:
        """StackError when this user may not even look whether there is something."""
        try:
            self.topology.stat()
        except PermissionError:
            raise StackError(f"{self.root} is closed to this user; {_WHOSE_OR_ANOTHER}") from None
        except OSError:
            return

    def _refuse_other_owner(self) -> None:
        """Root could start on anybody's data; what it makes there would be closed to its owner."""
        if self.secrets.exists() and self.secrets.stat().st_uid != os.geteuid():
            raise StackError(
                f"{self.root} holds the data of {self.secrets.owner()}; {_WHOSE_OR_ANOTHER}"
            )

    def _refuse_strangers_folder(self) -> None:
        """A folder with other things in it is more likely a slip than a place for our data."""
        known = (self.lock, self.topology, self.secrets, self.logs, self.part("postgres"))
        held = {path.name for path in self.root.iterdir()} - _IN_EVERY_VOLUME
        if held and not any(path.exists() for path in known):
            raise StackError(
                f"{self.root} is not empty, and what it holds is no stack's data;"
                " choose another with --data-dir or INERGIZE_DATA_DIR"
            )

    def _close_to_others(self) -> None:
        found = self.root.stat()
        mode = stat.S_IMODE(found.st_mode)
        if found.st_uid != os.geteuid():
            return
        # Passing through stays as it is: PostgreSQL may be running as another user below.
        if mode & _OTHERS_READ_OR_WRITE:
            self.root.chmod(mode & ~_OTHERS_READ_OR_WRITE)

    def _short(self, path: Path) -> Path:
        if len(os.fsencode(path)) <= _UNIX_SOCKET_PATH_BYTES:
            return path
        digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"inergize-{os.getuid()}-{digest}.sock"


def _prove_writable(folder: Path) -> None:
    """Write, sync and remove a small file: a full or read-only disk shows here, not later."""
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".probe-")
    try:
        os.write(descriptor, b"\0" * 4096)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
        Path(name).unlink()


def write_atomically(
    path: Path, text: str, *, mode: int = 0o600, survives_power_loss: bool = True
) -> None:
    """Replace the file at once: a reader or a crash sees the old text or the new, never half."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
            if survives_power_loss:
                os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
