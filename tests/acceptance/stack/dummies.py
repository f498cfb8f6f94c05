"""Stand-ins with which the supervisor is tried alone: real processes that only serve health."""

import os
import signal
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import FrameType

from stack.house import EntryPoints
from stack.topology import Topology

_HERE = __name__


class _Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f"{os.getpid()}\n".encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        return


class _Server(socketserver.ThreadingMixIn, HTTPServer):
    daemon_threads = True
    allow_reuse_address = True


def _serve(*ports: int) -> None:
    """Answer 200 on every port until SIGTERM."""
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    for port in ports:
        server = _Server(("127.0.0.1", port), _Healthy)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    ended.wait()


def serve(names: list[str]) -> None:
    sys.stdout.write(f"serving {names}\n")
    _serve(int(os.environ["SERVER_PORT"]), int(os.environ["SERVER_METRICS_PORT"]))


def work(queues: list[str]) -> None:
    _serve(int(os.environ["SERVER_METRICS_PORT"]))


def idle() -> None:
    _serve(int(os.environ["SERVER_METRICS_PORT"]))


def edge(data_dir: str) -> None:
    topology = Topology.load(Path(data_dir))
    _serve(topology.edge_port, topology.admin_port)


def crash(names: list[str]) -> None:
    sys.exit("this service has no intention to start")


DUMMIES = EntryPoints(
    services=f"{_HERE}:serve",
    workers=f"{_HERE}:work",
    scheduler=f"{_HERE}:idle",
    pipeline=f"{_HERE}:idle",
    envoy=f"{_HERE}:edge",
)
