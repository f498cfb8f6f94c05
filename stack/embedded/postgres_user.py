"""As whom PostgreSQL runs: it refuses to be root, and some machines give us nobody else."""

import os
import pwd
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from stack.child import die_with_parent
from stack.errors import EXIT_DO_NOT_RETRY, StackError

_ORDINARY_UID = 1000


class PostgresUser:
    """An ordinary user, who simply runs it; the others are for root."""

    def wrap(self, command: list[str]) -> list[str]:
        """The command line that starts `command` as this user."""
        return command

    def enter(self) -> None:
        """Become this user, in the new process before it runs its program: here, nobody else."""

    def take_over(self, folder: Path) -> None:
        """Make the folder and all in it this user's own: here, it is already."""

    def take_over_open(self, descriptor: int) -> None:
        """Let this user open by its number what the descriptor leads to: here, it may."""

    def replace_process(self, command: list[str]) -> NoReturn:
        """Run the command in the place of this process."""
        self.enter()
        wrapped = self.wrap(command)
        # Python's handler only takes note of a signal, and would not live to act upon it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execve(wrapped[0], wrapped, dict(os.environ))  # noqa: S606 - our own binary


@dataclass(frozen=True, slots=True)
class RootInNamespace(PostgresUser):
    """Root who calls itself uid 1000 in a user namespace; files stay root's outside."""

    unshare: str

    def wrap(self, command: list[str]) -> list[str]:
        """See the base class."""
        return [self.unshare, "--user", f"--map-user={_ORDINARY_UID}", *command]

    def take_over(self, folder: Path) -> None:
        """Make the folder root's own: in the namespace no other user's files can be opened."""
        if folder.stat().st_uid != 0:
            _give_to(folder, 0, 0)


@dataclass(frozen=True, slots=True)
class DroppedTo(PostgresUser):
    """Root who gives up its rights for good, where namespaces are forbidden."""

    uid: int
    gid: int

    def enter(self) -> None:
        """See the base class."""
        os.setgroups([])
        os.setgid(self.gid)
        os.setuid(self.uid)
        die_with_parent(signal.SIGINT)

    def take_over(self, folder: Path) -> None:
        """See the base class."""
        _give_to(folder, self.uid, self.gid)

    def take_over_open(self, descriptor: int) -> None:
        """See the base class."""
        os.fchown(descriptor, self.uid, self.gid)


def _give_to(folder: Path, uid: int, gid: int) -> None:
    os.chown(folder, uid, gid)
    for path in folder.rglob("*"):
        os.chown(path, uid, gid, follow_symlinks=False)


def choose(cluster: Path, binaries: Path) -> PostgresUser:
    """The first way that works here; StackError when root has none."""
    if os.geteuid() != 0:
        return PostgresUser()
    unshare = shutil.which("unshare", path="/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin")
    if unshare and _namespace_works(unshare):
        return RootInNamespace(unshare)
    return drop(cluster, binaries)


def drop(cluster: Path, binaries: Path) -> PostgresUser:
    """An ordinary user who can reach both the binaries and the data; StackError if nobody can."""
    user = DroppedTo(*_ordinary_user())
    # It must pass through our own folder; what is in there stays closed to it.
    cluster.parent.chmod(0o711)
    for path in (binaries / "postgres", cluster.parent):
        if not _reaches(user, path):
            message = (
                f"PostgreSQL must not run as root, this machine forbids user namespaces and"
                f" uid {user.uid} cannot reach {path}: run as an ordinary user, or choose"
                " a --data-dir that others may enter"
            )
            raise StackError(message, exit_code=EXIT_DO_NOT_RETRY)
    return user


def _namespace_works(unshare: str) -> bool:
    command = [unshare, "--user", f"--map-user={_ORDINARY_UID}", "/bin/true"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _ordinary_user() -> tuple[int, int]:
    """`postgres` or `nobody` where they exist: users without a login of their own."""
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    return _ORDINARY_UID, _ORDINARY_UID


def _reaches(user: DroppedTo, path: Path) -> bool:
    """Whether the user may read this path: tried in a process that has become that user."""
    pid = os.fork()
    if pid == 0:
        try:
            user.enter()
            os._exit(0 if os.access(path, os.X_OK) else 1)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
