"""`python -m services.profile` as a process that starts in a moment: a fork of one that has all
modules loaded. It can be killed like any other.
"""

import json
import multiprocessing
import os
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from typing import Any

from pydantic import SecretStr

from services.kernel.config import Key, Settings

_GROUPS = {
    "database": ("url", "passwords"),
    "redis": ("url",),
    "mesh": ("signing_keys", "public_keys"),
    "crypto": ("encryption_keys", "hash_keys"),
    "s3": ("url", "bucket"),
    "linkedin": (
        *("oauth_url", "api_url", "client_id", "client_secret", "redirect_uri", "timeout_ms"),
        "media_grace_ms",
    ),
}


def environment_of(settings: Settings) -> dict[str, str]:
    """The variables that say the same as these settings."""
    return {
        f"{group}_{field}".upper(): _text(getattr(getattr(settings, group), field))
        for group, fields in _GROUPS.items()
        for field in fields
    }


def start_profile(environment: Mapping[str, str], port: int, metrics_port: int) -> BaseProcess:
    """Start the service on a port; its caller ends it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["services.profile.__main__"])
    given = {
        **environment,
        "SERVER_PORT": str(port),
        "SERVER_METRICS_PORT": str(metrics_port),
        "LOG_LEVEL": "error",
    }
    running = context.Process(target=_serve, args=(given,), daemon=True)
    running.start()
    return running


def _serve(environment: dict[str, str]) -> None:
    os.environ.update(environment)
    from services.kernel.config import settings  # noqa: PLC0415 - read after the environment is set
    from services.kernel.server import serve  # noqa: PLC0415
    from services.profile.__main__ import build  # noqa: PLC0415

    serve({"profile": build}, settings())


def _text(value: object) -> str:
    plain = _plain(value)
    return plain if isinstance(plain, str) else json.dumps(plain)


def _plain(value: object) -> Any:
    match value:
        case SecretStr():
            return value.get_secret_value()
        case Key():
            return {"id": value.id, "key": value.key.get_secret_value()}
        case Mapping():
            return {name: _plain(held) for name, held in value.items()}
        case tuple():
            return [_plain(held) for held in value]
    return value
