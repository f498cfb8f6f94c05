"""S3 on disk: buckets are folders of the data directory, served on loopback with generated keys."""

from pathlib import Path

from stack.data_dir import DataDir
from stack.embedded.http import serve_http
from stack.secrets import load
from stack.topology import Topology
from stack.urls import BUCKET


def serve(data_dir: str) -> None:
    """Serve until SIGTERM."""
    from nanio.app import build_app
    from nanio.auth.credentials import StaticCredentialResolver
    from nanio.config import Settings

    place = DataDir(Path(data_dir))
    secrets = load(place)
    folder = place.part("s3")
    (folder / BUCKET).mkdir(parents=True, exist_ok=True)
    keys = StaticCredentialResolver(
        {
            secrets.values["S3_ACCESS_KEY"]: secrets.values["S3_SECRET_KEY"],
        }
    )
    port = Topology.load(place.root).ports["s3"]
    settings = Settings(data_dir=folder, port=port, credentials=keys, access_log=False)
    serve_http(build_app(settings), port)
