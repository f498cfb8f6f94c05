"""The LinkedIn sandbox as a child of the stack."""

from pathlib import Path

from stack.data_dir import DataDir
from stack.topology import Topology


def serve(data_dir: str) -> None:
    """Serve the sandbox until SIGTERM, its state in a folder of the data directory."""
    from stack.sandbox.linkedin.app import serve as serve_sandbox

    place = DataDir(Path(data_dir))
    folder = place.part("linkedin")
    folder.mkdir(mode=0o700, exist_ok=True)
    serve_sandbox(Topology.load(place.root).ports["linkedin"], folder)
