"""PostgreSQL runs for root too, with and without user namespaces."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from stack.embedded.postgres import binary_folder
from stack.embedded.postgres_cluster import check, initialise, remove_leftovers
from stack.embedded.postgres_user import DroppedTo, PostgresUser, RootInNamespace, choose, drop
from tests.acceptance.stack.running import wait_until

_LAUNCH = """
import sys
from pathlib import Path
from stack.embedded.postgres import binary_folder
from stack.embedded.postgres_user import drop
cluster = Path(sys.argv[1])
user = drop(cluster, binary_folder())
user.take_over(cluster)
user.replace_process([str(binary_folder() / "postgres"), "-D", str(cluster), "-h", ""])
"""


def test_an_ordinary_user_is_nobody_else_and_root_is_not_root(tmp_path: Path) -> None:
    chosen = choose(tmp_path / "postgres", binary_folder())

    if os.geteuid() == 0:
        assert isinstance(chosen, RootInNamespace | DroppedTo)
    else:
        assert type(chosen) is PostgresUser


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")
def test_root_without_namespaces_gives_its_rights_up() -> None:
    with tempfile.TemporaryDirectory(prefix="inergize-drop-") as folder:
        cluster = Path(folder) / "postgres"
        user = drop(cluster, binary_folder())
        initialise(cluster, binary_folder(), user, "password")
        (cluster / "inergize.conf").write_text(f"unix_socket_directories = '{cluster}'\n")
        assert check(cluster)

        server = subprocess.Popen([sys.executable, "-c", _LAUNCH, str(cluster)])
        try:
            wait_until((cluster / "postmaster.pid").exists, "the server runs")
            assert psutil.Process(server.pid).uids().real != 0
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)


def test_leftover_backends_and_a_strangers_pid_do_not_stop_the_next_start(tmp_path: Path) -> None:
    cluster = tmp_path / "postgres"
    cluster.mkdir()
    (cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster}\n")

    remove_leftovers(cluster)

    assert not (cluster / "postmaster.pid").exists()
