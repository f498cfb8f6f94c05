"""An S3 of the test's own, on disk."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from nanio.app import build_app
from nanio.auth.credentials import StaticCredentialResolver
from nanio.config import Settings
from pydantic import SecretStr

from services.kernel.config import S3Settings
from tests.support.folders import scratch_folder
from tests.support.valkey import free_port

BUCKET = "inergize"


@asynccontextmanager
async def running_s3() -> AsyncIterator[tuple[S3Settings, Path]]:
    """Serve; gives the settings that lead there, and the folder that holds the bucket's files."""
    folder = scratch_folder("s3")
    (folder / BUCKET).mkdir()
    port = free_port()
    keys = StaticCredentialResolver({"key": "secret"})
    app = build_app(Settings(data_dir=folder, port=port, credentials=keys, access_log=False))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    serving = asyncio.create_task(server.serve())
    try:
        yield (
            S3Settings(
                url=f"http://127.0.0.1:{port}",
                access_key="key",
                secret_key=SecretStr("secret"),
                bucket=BUCKET,
            ),
            folder / BUCKET,
        )
    finally:
        server.should_exit = True
        await serving
        shutil.rmtree(folder)
